"""Drawings and their styles."""

__all__: list[str] = []
