"""Sentences and tables on what a sweep teaches, in both languages."""

__all__: list[str] = []
