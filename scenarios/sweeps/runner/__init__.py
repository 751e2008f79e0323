"""Running a design: its runs, where they go, and the tables that come of them."""

__all__: list[str] = []
