"""Scores and values of PERT priors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, norm

from innocluster.calibration.inference.priors import (
    Priors,
    model_priors,
    parameter_and_form_priors,
)
from innocluster.scenarios.statistics.draws import UNCERTAIN
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

PRIORS = Priors(("a", "b"), np.array([0.0, -2.0]), np.array([0.25, 2.0]), np.array([1.0, 2.0]))


def test_scores_are_normal_quantiles_of_a_beta() -> None:
    # Mode at a quarter of the range: α = 2, β = 4; at its end α = 5, β = 1.
    values = PRIORS.values(np.array([[0.5, -1.0]]))
    assert values[0, 0] == pytest.approx(beta(2, 4).ppf(norm.cdf(0.5)), abs=1e-5)
    assert values[0, 1] == pytest.approx(-2.0 + 4.0 * norm.cdf(-1.0) ** 0.2, abs=1e-5)
    scores = np.random.default_rng(1).standard_normal((100, 2))
    assert PRIORS.scores(PRIORS.values(scores)) == pytest.approx(scores, abs=1e-6)


def test_variance() -> None:
    draws = PRIORS.values(np.random.default_rng(2).standard_normal((200_000, 2)))
    # αβ/(36·7) of the squared range.
    assert PRIORS.variance == pytest.approx([8 / 252, 16 * 5 / 252])
    assert draws.var(axis=0) == pytest.approx(PRIORS.variance, rel=0.02)


def test_nothing_lies_outside_the_range() -> None:
    ends = PRIORS.values(np.array([[-50.0, 50.0], [50.0, -50.0]]))
    assert (ends >= PRIORS.low).all()
    assert (ends <= PRIORS.high).all()


def test_priors_of_the_model_are_those_of_its_table() -> None:
    own = model_priors()
    assert own.names == UNCERTAIN
    assert own.mode[3] == PARAMETERS[own.names[3]].default
    assert own.only([3, 0]).names == (own.names[3], own.names[0])


@pytest.mark.parametrize(
    ("low", "mode", "high"),
    [
        (0, 0, 0), (0, 2, 1), (1, 0, 2), (1, 1, 0), (0, 0, np.inf), (-np.inf, 0, 1),
        (0, np.nan, 1), (np.nan, 0, 1),
    ],
)  # fmt: skip
def test_a_prior_needs_a_range(low: float, mode: float, high: float) -> None:
    ends = [
        np.array([right, wrong])
        for right, wrong in zip((0.0, 0.0, 1.0), (low, mode, high), strict=True)
    ]
    with pytest.raises(ValueError, match=r"prior of b: .* low < high"):
        Priors(("a", "b"), *ends)


@pytest.mark.parametrize(
    ("names", "count", "said"),
    [(("a", "a"), 2, "one prior"), (("a",), 2, "a name"), ((), 0, "a name")],
)
def test_each_parameter_has_one_prior(names: tuple[str, ...], count: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Priors(names, np.zeros(count), np.zeros(count), np.ones(count))


@pytest.mark.parametrize("weights", [(0.5, 0.4), (0.0, 0.0), (1.5, -0.5), (np.nan, 1.0)])
def test_weights_of_forms_sum_to_one(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="weights of the forms of a"):
        Priors(("a",), np.zeros(1), np.zeros(1), np.ones(1), {0: weights})


def test_a_form_of_another_package_takes_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = RULES["occasions"]
    before = [form.weight for form in rule.forms.values()]
    own = replace(next(iter(rule.forms.values())), key="own", weight=1.0)
    monkeypatch.setitem(rule.forms, "own", own)
    priors = parameter_and_form_priors()
    place = priors.names.index("occasions")
    assert priors.weights[place] == pytest.approx([*(0.5 * weight for weight in before), 0.5])
    # Half of the scores, those above 0, give the new form, the last.
    scores = np.zeros((2, len(priors.names)))
    scores[:, place] = -0.01, 0.01
    assert priors.values(scores)[:, place].tolist() == [len(before) - 1.0, float(len(before))]
