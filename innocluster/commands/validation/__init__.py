"""Commands that put the model to the test; modules by name."""

__all__: list[str] = []
