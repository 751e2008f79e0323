"""The model against years and evaluations that it was not fitted to; modules by name."""

__all__: list[str] = []
