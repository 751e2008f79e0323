"""Pairs, encounters, contacts (T1-T3, K2)."""

__all__: list[str] = []
