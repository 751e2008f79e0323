"""Published models and evaluations, replicated."""

__all__: list[str] = []
