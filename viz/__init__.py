"""What is shown: words, figures, reports; modules are imported by name."""

__all__: list[str] = []
