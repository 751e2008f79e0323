"""Figures of what a sweep teaches."""

__all__: list[str] = []
