"""One world of the model, written down month by month while it runs, for views of single agents."""

__all__: list[str] = []
