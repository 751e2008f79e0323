"""Regions: their data files, and the firms drawn from them."""

__all__: list[str] = []
