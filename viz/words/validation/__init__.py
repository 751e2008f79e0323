"""What a validation found, in rows and sentences; modules by name."""

__all__: list[str] = []
