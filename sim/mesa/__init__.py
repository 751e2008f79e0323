"""What users of Mesa see beside agents: histories, a graph, reporters, rules of their own."""

__all__: list[str] = []
