"""Reports: pages and tables in the terminal."""

__all__: list[str] = []
