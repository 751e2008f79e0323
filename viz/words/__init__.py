"""What is said of results: texts, quantities, findings."""

__all__: list[str] = []
