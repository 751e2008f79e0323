"""2003: population, macro series, first state, buffers."""

__all__: list[str] = []
