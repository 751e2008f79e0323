"""Pages and tables of fits, and of what a fit is held against."""

__all__: list[str] = []
