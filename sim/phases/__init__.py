"""The phases of the month, one module each; they read and change a `Run`."""

__all__: list[str] = []
