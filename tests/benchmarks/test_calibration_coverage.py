"""Simulation-based calibration of the model on the runs that stand beside the benchmark.

Five hundred truths cost as much as a dozen runs. Twenty would tell little: 30 % too sharp a
likelihood leaves 89 instead of 90 % of truths in their intervals, which one in twenty such tests
at 2 % sees; the place of the truth's likelihood is seen to be wrong, at 5 %, by one in four with
twenty truths, by all with five hundred.
"""

from __future__ import annotations

from dataclasses import replace

import calibration_coverage as coverage
import numpy as np
import pytest

STORED = np.load(coverage.RUNS)
AGAIN = "run 'python benchmarks/calibration_coverage.py 600 500' again"


def test_the_stored_runs_are_those_of_this_model() -> None:
    names = coverage.model_priors().names
    assert tuple(STORED["names"]) == names, AGAIN
    places = [names.index(name) for name in coverage.FITTED]
    for row, values in enumerate(STORED["drawn"]):
        draw = coverage.Draw.of(row)
        assert draw.scores[places].tolist() == STORED["rows"][row, : len(places)].tolist()
        # Another scipy may give other last digits of a quantile, and a world that goes its own way.
        assert draw.values == pytest.approx(values, rel=1e-9), AGAIN
        found = coverage.summaries_of(replace(draw, values=values))
        assert found == pytest.approx(STORED["rows"][row, len(places) :], rel=1e-12), AGAIN


def test_truths_have_their_places_in_their_posteriors() -> None:
    found = coverage.measured(STORED["rows"], int(STORED["runs"]))
    assert found["truths"] == 500
    assert all(0.86 <= share <= 0.94 for share in found["coverage_90"].values())
    assert 0.885 <= found["pooled"] <= 0.915
    assert found["tarp_deviation"] <= 0.06
    assert found["largest_rank_deviation"] <= found["band_of_rank_deviation"]
    assert found["likelihood_deviation"] <= found["band_of_likelihood_deviation"]


def test_a_likelihood_30_percent_too_sharp_is_seen() -> None:
    found = coverage.measured(STORED["rows"], int(STORED["runs"]), power=1.3)
    assert found["likelihood_deviation"] > 1.5 * found["band_of_likelihood_deviation"]
