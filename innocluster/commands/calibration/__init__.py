"""The command that fits the model to its targets."""

__all__: list[str] = []
