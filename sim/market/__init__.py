"""Sales, factors, brands, demography."""

__all__: list[str] = []
