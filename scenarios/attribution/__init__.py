"""Effects of a policy by channel: Shapley values."""

__all__: list[str] = []
