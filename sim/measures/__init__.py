"""What every December measures."""

__all__: list[str] = []
