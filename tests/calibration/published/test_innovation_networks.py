"""Networks that emerge from pairs (Cowan, Jonard and Zimmermann 2007): rules and orderings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_network import SmallNetwork

from innocluster.calibration.published.innovation_networks import (
    COWAN_JONARD_ZIMMERMANN,
    created,
    innovate,
    matched,
    structural_credit,
    transitivity,
)
from innocluster.sim.network.pairs import common_trust

# Density read from the published figures, within 0.05.
DENSITY = {
    (0.2, 0.0): 0.18, (0.2, 0.5): 0.15, (0.2, 1.0): 0.11,
    (1.0, 0.0): 0.49, (1.0, 0.5): 0.38, (1.0, 1.0): 0.28,
}  # fmt: skip


def test_common_partners_count_by_the_rule_of_the_model() -> None:
    trust = np.zeros((4, 4))
    network = SmallNetwork(4)
    for i, j, value in [(0, 1, 0.5), (0, 2, 0.75), (1, 2, 0.25), (2, 3, 1.0), (1, 3, 0.875)]:
        trust[i, j] = trust[j, i] = value
        network.meet(i, j, familiarity=value)
    credit = structural_credit(trust)
    # By way of 2: 0.75·0.25, over 1.25 of firm 0 and 1.625 of firm 1
    assert credit[0, 1] == pytest.approx(0.1875 / 1.25, abs=1e-15)
    assert credit[1, 0] == pytest.approx(0.1875 / 1.625, abs=1e-15)
    for i, j in [(0, 1), (0, 3), (1, 2), (2, 3)]:
        model = common_trust(i, j, network.pairs, network.firms, network.bodies)
        assert 0.5 * (credit[i, j] + credit[j, i]) == pytest.approx(model, abs=1e-15)


def test_little_trust_is_not_made_more_of() -> None:
    trust = np.zeros((3, 3))
    trust[0, 1] = trust[1, 0] = 0.5
    trust[1, 2] = trust[2, 1] = 0.25
    # All that firm 0 has is 0.5, and the divisor at least 1
    assert structural_credit(trust)[0, 2] == pytest.approx(0.125, abs=1e-15)


@pytest.mark.parametrize("kernel", [created, created.py_func])
def test_an_innovation_is_made_of_what_two_know_together(kernel: Any) -> None:
    knowledge = np.array([[1.0, 2.0], [3.0, 1.0]])
    # Pooled 0.25·1 + 0.75·3 = 2.5 and 0.25·1 + 0.75·2 = 1.75
    size = kernel(knowledge, 0.75)
    assert size[0, 1] == size[1, 0] == pytest.approx(1e-7 * (2.5**0.1 + 1.75**0.1) ** 10)
    assert size[0, 0] == pytest.approx(1e-7 * (1.0 + 2.0**0.1) ** 10)


@pytest.mark.parametrize("kernel", [matched, matched.py_func])
def test_the_best_pair_is_taken_first_and_its_firms_are_gone(kernel: Any) -> None:
    # Pairs 1-2, 0-1, 0-0, 3-0, 3-3 of four firms in this order
    order = np.array([1 * 4 + 2, 0 * 4 + 1, 0, 3 * 4 + 0, 3 * 4 + 3])
    assert kernel(order, 4).tolist() == [0, 2, 1, 3]


def test_without_weight_on_the_better_partner_firms_stay_alone() -> None:
    # What two know together is then never more than what either knows.
    linked, together = innovate(30, 60, 0.0, 1.0, np.random.default_rng(1))
    assert together < 0.5
    linked_more, together_more = innovate(30, 60, 1.0, 1.0, np.random.default_rng(1))
    assert together_more > 0.9
    assert linked_more.sum() > 3 * linked.sum()
    assert (linked == linked.T).all()
    assert not linked.diagonal().any()


def test_transitivity_of_a_triangle_with_a_tail() -> None:
    linked = np.zeros((4, 4), bool)
    for i, j in [(0, 1), (1, 2), (0, 2), (2, 3)]:
        linked[i, j] = linked[j, i] = True
    # Ordered pairs of partners 2, 2, 6, 0; of these 6 are tied
    assert transitivity(linked) == pytest.approx(0.6)
    assert transitivity(np.zeros((3, 3), bool)) == 0.0


@pytest.fixture(scope="module")
def published() -> dict[str, list[float]]:
    return dict(COWAN_JONARD_ZIMMERMANN.document({"runs": 2})["results"])


def test_published_densities_and_orderings(published: dict[str, list[float]]) -> None:
    points = list(zip(published["theta_by_row"], published["alpha_by_row"], strict=True))
    density = dict(zip(points, published["density_by_row"], strict=True))
    clustering = dict(zip(points, published["clustering_by_row"], strict=True))
    together = dict(zip(points, published["collaborating_by_row"], strict=True))
    for point, value in DENSITY.items():
        assert density[point] == pytest.approx(value, abs=0.05), point
    for alpha in (0.0, 0.5, 1.0):
        assert density[0.2, alpha] < density[0.4, alpha] < density[1.0, alpha]
        assert together[0.2, alpha] < 0.5 < together[0.4, alpha]
    for theta in (0.2, 0.4, 1.0):
        assert clustering[theta, 0.0] > clustering[theta, 0.5] > clustering[theta, 1.0]
        assert all(clustering[theta, a] > 1.15 * density[theta, a] for a in (0.0, 0.5, 1.0))
