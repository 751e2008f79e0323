"""Property tests of compiled rules: the first example may wait for the compiler."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
