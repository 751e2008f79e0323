"""Commands that learn from a finished sweep."""

__all__: list[str] = []
