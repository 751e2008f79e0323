"""Commands of sweeps."""

__all__: list[str] = []
