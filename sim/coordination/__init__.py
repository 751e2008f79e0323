"""The contract of coordination policies, and the rules of the programme."""

__all__: list[str] = []
