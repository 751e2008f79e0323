"""Knowledge barter: the rule by hand, the network, and the published profile."""

from __future__ import annotations

import numpy as np
import pytest

from innocluster.calibration.published.knowledge_barter import (
    COWAN_JONARD,
    PUBLISHED_REWIRING,
    attached,
    barter,
    barter_until_rest,
    rewired_ring,
    starting_knowledge,
)
from innocluster.scenarios.errors import InputError

# Sixty independent runs at each p: mean, its standard error, variance across agents.
PUBLISHED = np.array(
    [
        [12.91, 0.07, 35.1], [14.01, 0.10, 50.8], [15.45, 0.07, 66.7], [16.13, 0.08, 70.5],
        [16.22, 0.08, 70.7], [16.01, 0.06, 69.7], [15.36, 0.07, 66.2], [14.99, 0.08, 64.5],
    ]
)  # fmt: skip


def room() -> tuple[np.ndarray, np.ndarray]:
    return np.empty(3, dtype=np.int64), np.empty(3, dtype=np.int64)


@pytest.mark.parametrize("rule", [barter, barter.py_func])
def test_one_barter_by_hand(rule: object) -> None:
    generator = np.random.default_rng(1)
    one, other = np.array([10.0, 2.0, 5.0]), np.array([4.0, 8.0, 5.04])
    # One category each way; the third differs by less than a hundredth of 5.04.
    assert rule(one, other, 0.1, *room(), generator)  # type: ignore[operator]
    assert one == pytest.approx([10.0, 2.6, 5.0])
    assert other == pytest.approx([4.6, 8.0, 5.04])
    # Ahead in everything: nothing to receive, nothing is given.
    one, other = np.array([10.0, 9.0, 5.06]), np.array([4.0, 8.0, 5.0])
    assert not rule(one, other, 0.1, *room(), generator)  # type: ignore[operator]
    assert one.tolist() == [10.0, 9.0, 5.06]


def test_of_two_superior_categories_one_is_drawn() -> None:
    firsts = []
    for seed in range(200):
        one, other = np.array([10.0, 10.0, 2.0]), np.array([4.0, 4.0, 8.0])
        assert barter(one, other, 0.5, *room(), np.random.default_rng(seed))
        assert sorted(other.tolist()) == [4.0, 7.0, 8.0]
        assert one.tolist() == [10.0, 10.0, 5.0]
        firsts.append(other[0] == 7.0)
    assert np.mean(firsts) == pytest.approx(0.5, abs=0.12)


def test_ring_and_rewiring() -> None:
    ring = rewired_ring(20, 4, 0.0, np.random.default_rng(2))
    assert ring.shape == (40, 2)
    assert set(((ring[:, 1] - ring[:, 0]) % 20).tolist()) == {1, 2}
    wired = rewired_ring(50, 6, 1.0, np.random.default_rng(3))
    pairs = {tuple(sorted(link)) for link in wired.tolist()}
    assert len(pairs) == 150
    assert all(i != j for i, j in pairs)
    distance = (wired[:, 1] - wired[:, 0]) % 50
    assert (np.minimum(distance, 50 - distance) > 3).mean() > 0.75


def test_experts() -> None:
    knowledge = starting_knowledge(100, 5, np.random.default_rng(4))
    assert (knowledge == 30.0).sum() == 5
    assert knowledge[knowledge < 30.0].max() <= 10.0


def test_at_rest_no_link_can_trade() -> None:
    generator = np.random.default_rng(5)
    links = rewired_ring(60, 4, 0.1, generator)
    knowledge = starting_knowledge(60, 3, generator)
    ends = links.ravel()
    own = np.argsort(ends, kind="stable") // 2
    first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=60))])
    assert barter_until_rest(knowledge, links, first, own, 0.1, generator) > 100
    for i, j in links:
        gap = knowledge[i] - knowledge[j]
        limit = 0.01 * np.maximum(knowledge[i], knowledge[j])
        assert min((gap >= limit).sum(), (gap <= -limit).sum()) == 0


def test_published_profile() -> None:
    found = COWAN_JONARD.document({"runs": 60})["results"]
    assert found["rewiring_by_row"] == list(PUBLISHED_REWIRING)
    means = np.array(found["mean_by_row"])
    error = np.hypot(found["standard_error_by_row"], PUBLISHED[:, 1])
    # Eight means at once: 2.73 standard errors are 95 %.
    assert (np.abs(means - PUBLISHED[:, 0]) / error).max() <= 2.73
    assert found["variance_by_row"] == pytest.approx(PUBLISHED[:, 2], rel=0.08)
    assert 0.05 <= found["rewiring_of_highest_mean"] <= 0.25
    assert found["highest_above_ring"] > 2.5
    assert found["highest_above_random"] > 0.7
    assert 0.05 <= found["rewiring_of_highest_variance"] <= 0.3


def test_without_experts_there_is_no_peak() -> None:
    found = COWAN_JONARD.document({"runs": 20, "experts": 0})["results"]
    assert (np.diff(found["mean_by_row"]) > -2.0 * np.max(found["standard_error_by_row"])).all()
    assert found["rewiring_of_highest_mean"] >= 0.5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"neighbours": 9}, "neighbours = 9: allowed: an even number below agents = 500"),
        ({"agents": 10, "neighbours": 10}, "an even number below agents = 10"),
        ({"agents": 20, "experts": 101}, "experts = 101: allowed: at most 5 times"),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        COWAN_JONARD.document(given)


def test_preferential_attachment_skews_degrees() -> None:
    links = attached(60, 3, np.random.default_rng(1))
    # Every agent but the first three brings three links, to three others that were there before.
    assert len(links) == 3 * 57
    assert all(len(set(own[:, 1])) == 3 and (own[:, 1] < own[0, 0]).all()
               for own in np.split(links, 57))  # fmt: skip
    degrees = np.bincount(links.ravel(), minlength=60)
    assert degrees.max() > 3 * np.median(degrees)
