"""Result folders: locks, whole swaps, rows with digests, lists of contents."""

__all__: list[str] = []
