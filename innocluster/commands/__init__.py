"""The commands: their options, progress, what they print, exit codes."""

__all__: list[str] = []
