"""Policies side by side: worlds, effects, decision table."""

__all__: list[str] = []
