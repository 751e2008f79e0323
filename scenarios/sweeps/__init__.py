"""Scenario sweeps: designs, and what is learned from their runs; pure functions of tables."""

__all__: list[str] = []
