"""Places in the picture of the network: nobody on another, mini-clusters and complexes apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from invented_world import invented_world

from innocluster.viz.page.world.layout import apart, lay_out, packed


def test_discs_do_not_overlap_and_the_first_lies_in_the_middle() -> None:
    radii = [1.0, 3.0, 2.0, 2.5, 0.5]
    centres = packed(radii, 0.2)
    assert centres[0] == (0.0, 0.0)
    for n, (x, y) in enumerate(centres):
        for m in range(n):
            distance = math.hypot(x - centres[m][0], y - centres[m][1])
            assert distance >= radii[n] + radii[m] + 0.2 - 1e-12


def test_circles_move_no_further_than_they_must() -> None:
    # Two of radius 1 a distance of 1 apart, and a third far away: each moves by (2 - 1)/2.
    moved = apart(np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]]), np.ones(3), 0.0)
    np.testing.assert_allclose(moved, [[-0.5, 0.0], [1.5, 0.0], [9.0, 0.0]], atol=1e-6)


def test_everybody_there_at_once_has_a_place_of_their_own() -> None:
    world = invented_world()
    layout = lay_out(world, np.array([126.0, 129.0]), np.array([37.0, 35.0]), members=False)
    places = layout.places
    assert np.isfinite(places).all()
    assert (places > -1e-6).all()
    assert (places < 1.0 + 1e-6).all()
    # Firm 5 enters in month 14 after firm 4 of its mini-cluster has closed: it takes its place.
    np.testing.assert_array_equal(places[5], places[4])
    others = places[[0, 1, 2, 3, 4]].astype(np.float64)
    gaps = [math.dist(others[a], others[b]) for a in range(5) for b in range(a)]
    assert min(gaps) > 0.5 * layout.spacing
    # The complex in the north-west lies to the left and above.
    assert (layout.complexes[0, :2] < layout.complexes[1, :2]).all()


def test_of_members_only_those_who_ever_joined_are_shown() -> None:
    layout = lay_out(invented_world(), np.array([126.0, 129.0]), np.array([37.0, 35.0]), True)
    shown = np.isfinite(layout.places[:, 0])
    assert shown.tolist() == [True, True, True, False, True, False]


@pytest.mark.parametrize("radii", [[], [2.0]])
def test_few_discs(radii: list[float]) -> None:
    assert packed(radii, 1.0) == [(0.0, 0.0)] * len(radii)
