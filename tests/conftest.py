"""What holds for every test: English output, and no deadline for what is compiled first."""

from __future__ import annotations

import os

from hypothesis import settings

# Commands speak the language of the system where no option names one.
os.environ["INNOCLUSTER_LANG"] = "en"

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
