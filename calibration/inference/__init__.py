"""From targets and runs to a posterior: pure functions on arrays, imported by module."""

__all__: list[str] = []
