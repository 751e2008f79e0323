"""What the views say and draw, without the page."""

__all__: list[str] = []
