"""What a calibration says: what the data tell, what they do not, and what was met."""

__all__: list[str] = []
