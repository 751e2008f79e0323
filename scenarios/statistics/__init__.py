"""Pure statistics: intervals, ranking, flips, draws."""

__all__: list[str] = []
