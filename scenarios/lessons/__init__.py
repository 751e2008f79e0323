"""What a finished sweep teaches: what moves, where, what to choose, what cannot be had together."""

__all__: list[str] = []
