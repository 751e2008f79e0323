"""The model fitted to its targets: one draw's figures, waves of runs, posterior, its tables."""

__all__: list[str] = []
