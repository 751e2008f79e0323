"""A recorded world is the run itself: nothing moves, and all that it counts adds up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_region import same, simulation

from innocluster.sim.simulation import Simulation
from innocluster.viz.page.world.record import FIRM, OPEN, WHYS, World
from innocluster.viz.page.world.recorder import Recorder
from innocluster.viz.page.world.refusals import Before, Refusals, refusals

LAST = (2006, 6)
MONTHS = 42


@pytest.fixture(scope="module")
def run() -> Simulation:
    """A recorded run of the small region, with its recorder as `recorder`."""
    run = simulation("P5", last=LAST)
    recorder = Recorder(run)
    while run.month < MONTHS:
        run.step()
        recorder.end_month()
    run.world = recorder.world()  # type: ignore[attr-defined]
    return run


@pytest.fixture(scope="module")
def world(run: Simulation) -> World:
    """What was written down of it."""
    return run.world  # type: ignore[attr-defined, no-any-return]


def total(run: Simulation, name: str) -> float:
    return float(run.series.values[name].sum())


def test_recording_moves_no_bit(run: Simulation) -> None:
    alone = simulation("P5", last=LAST)
    alone.run()
    assert same(run.series.values, alone.series.values, MONTHS)


def test_what_it_writes_down_adds_up_to_the_series(run: Simulation, world: World) -> None:
    since = world.projects[:, 3] >= 0
    assert since.sum() == total(run, "joint_projects") > 0
    assert (world.outcome == 2).sum() == total(run, "joint_successes") > 0
    assert (world.licences[:, 0] >= 0).sum() == total(run, "licences") > 0
    assert len(world.innovations) == total(run, "own_innovations") > 0
    closed = (world.closed < OPEN).sum()
    assert closed == total(run, "closures") > 0
    assert (world.entered >= 0).sum() == total(run, "entrants") > 0
    spent = run.series.values["spent_research"].sum()
    assert world.project_terms[:, 2].sum() == pytest.approx(spent, rel=1e-6)


def test_members_and_revenue_are_those_of_every_month(run: Simulation, world: World) -> None:
    for month in (27, 30, 41):
        held = (world.memberships[:, 1] <= month) & (month < world.memberships[:, 2])
        place = world.complex[world.memberships[held, 0]]
        members = np.bincount(place, minlength=7)
        np.testing.assert_array_equal(members, run.series.values["members"][month])
        revenue = np.bincount(world.complex, world.revenue[month], minlength=7)
        np.testing.assert_allclose(revenue, run.series.values["revenue"][month], rtol=1e-6)


def test_ties_are_those_of_the_table_of_pairs(run: Simulation, world: World) -> None:
    # Pairs of firms that closed in the last month, of which the table is already rid, left out.
    pairs = run.state.pairs
    near = pairs.familiarity[: pairs.count] >= np.float64(run.parameters.tie_familiarity)
    still = world.ties[:, 3] == MONTHS
    gone = (world.closed[world.ties[:, :2]] == MONTHS - 1).any(axis=1)
    assert near.sum() == (still & ~gone).sum() > 0
    assert (world.ties[:, 2] < world.ties[:, 3]).all()


def test_a_firms_terms_add_up_to_its_value_added(world: World) -> None:
    # Nominal value added of December 2005 is that share of revenue which its sector adds.
    stood = np.isfinite(world.terms[2, 0])
    logs = world.terms[2].astype(np.float64).sum(axis=0)[stood]
    ratio = np.exp(logs) / world.revenue[35, stood]
    for sector in np.unique(world.sector[stood]):
        alike = ratio[world.sector[stood] == sector]
        assert alike == pytest.approx(alike[0], rel=2e-4)


def test_every_project_is_explained_by_its_draws() -> None:
    """Who wanted and had room started, unless only a grant could move it and there was none."""
    run = simulation("P5", last=LAST)
    seen: list[tuple[set[tuple[int, int]], dict[tuple[int, int], float], Refusals]] = []

    class Look(Recorder):
        def research(self, spending: np.ndarray) -> None:
            projects, month = run.state.projects, run.state.month
            new = projects.started[: projects.count] == month
            first = projects.count - int(new.sum())
            found = refusals(run, self._before, first)
            started = {
                (int(projects.draw[n]), int(projects.draw_partner[n])): float(projects.grant[n])
                for n in range(first, projects.count)
            }
            seen.append((found.wanted, started, found))
            super().research(spending)

    look = Look(run)
    while run.month < MONTHS:
        run.step()
        look.end_month()
    begun = refused = unaided = 0
    for wanted, started, found in seen:
        assert set(started) <= wanted
        assert found.anyway <= set(started)
        for pair in set(started) - found.anyway:
            assert started[pair] > 0.0
        waiting = [w for w in found.whys if WHYS[w] != "no room"]
        assert len(wanted) == len(started) + len(waiting)
        assert 0 not in found.whys
        begun += len(started)
        refused += len(found.rows)
        unaided += int((found.unaided > 0).sum())
    assert begun > 20
    assert refused > 5
    assert unaided > 0


def test_a_world_is_read_as_it_was_written(world: World, tmp_path: Path) -> None:
    world.save(tmp_path / "world.npz")
    again = World.load(tmp_path / "world.npz")
    assert again.facts == world.facts
    np.testing.assert_array_equal(again.ties, world.ties)
    assert list(tmp_path.iterdir()) == [tmp_path / "world.npz"]


def test_only_arrays_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "bad.npz", about=np.array([{}], object))
    with pytest.raises((ValueError, KeyError)):
        World.load(tmp_path / "bad.npz")


def test_kinds_and_numbers(world: World) -> None:
    bodies = world.kind != FIRM
    assert bodies[: bodies.sum()].all()
    assert len(set(world.identifier[~bodies].tolist())) == (~bodies).sum()
    assert Before.__doc__
