"""What is shown: figures, tables, reports, the command line; modules are imported by name."""

__all__: list[str] = []
