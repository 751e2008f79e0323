"""What everything stands on: calendar, parameters, random numbers, sums, counts."""

__all__: list[str] = []
