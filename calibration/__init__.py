"""Targets, and how well a run of the model meets them; the modules are imported by name."""

__all__: list[str] = []
