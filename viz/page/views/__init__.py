"""Views of the page beside the comparison, one module each."""

__all__: list[str] = []
