"""What a command says and how: console, help, progress."""

__all__: list[str] = []
