"""Agent-based simulation of industrial-complex innovation clusters.

>>> from innocluster import Scenario, compare, explore, run
"""

from __future__ import annotations

from lazy_loader import attach_stub

# The names stand in `__init__.pyi`; each is loaded on first use, so that an import costs nothing.
__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
