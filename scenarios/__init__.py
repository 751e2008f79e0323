"""What is run: regions, populations, policies, scenarios, and the comparison of policies."""

from __future__ import annotations

from lazy_loader import attach_stub

# The names stand in `__init__.pyi`; each is loaded on first use, so that an import costs nothing.
__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
