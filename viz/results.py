"""What has a page and figures of its own."""

from __future__ import annotations

from innocluster.calibration.validation.validation import Validation
from innocluster.scenarios.attribution.attribution_tables import Attribution
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.lessons.lesson import Lesson
from innocluster.scenarios.runs.execution import RunResult

__all__ = ["Result"]

Result = RunResult | Comparison | Attribution | Validation | Lesson
