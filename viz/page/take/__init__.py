"""What a visitor takes away from the page: lines to run, a workbook, a page without a server."""

__all__: list[str] = []
