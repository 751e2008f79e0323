"""What is kept of a run: series, terms of growth, the firms of last December."""

__all__: list[str] = []
