"""What a policy sees in a month of a run, kept for tests that put questions to policies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from small_region import simulation

from innocluster.scenarios.policies.baselines import ThematicMiniClusters
from innocluster.scenarios.policies.planning.candidates import Roster, known_members
from innocluster.scenarios.policies.planning.pair_surplus import prospects, surplus_of_pairs
from innocluster.scenarios.policies.planning.ties import ties, trust_of_pairs
from innocluster.sim.coordination.policy import CoordinationView, Introductions
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import replication_key
from innocluster.sim.network.pairs import BODY
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)


class _Recorder(ThematicMiniClusters):
    """The programme as it was, with reports of all levels, which keeps what it sees."""

    sees = ("oracle", "local", "central")

    def __init__(self) -> None:
        self.view: CoordinationView | None = None

    def introduce(self, view: CoordinationView) -> Introductions:
        self.view = replace(view, state=view.state.copy())
        return super().introduce(view)


def seen_in(month: int, **options: object) -> CoordinationView:
    """What a policy sees in a month of the small region under the programme as it was."""
    recorder = _Recorder()
    run = Simulation(replace(simulation("P5", **options).settings, policy=recorder))
    run.run_until(month + 1)
    assert recorder.view is not None
    assert recorder.view.month == month
    return recorder.view


def bare_view(**seen: object) -> CoordinationView:
    """A view that shows nothing but what is given, for rules that read little of it.

    Lists become columns of the right type.
    """
    shown: dict[str, object] = {
        "key": replication_key(17), "month": 50, "parameters": ParameterSet().record(),
        "forms": Forms(),
        "distance": np.zeros((1, 1)), "weights": np.zeros((1, 1)), "proximity": np.ones((1, 1)),
        "central_row": -1, "screening": (1.0, 1.0), "state": None,
    }  # fmt: skip
    for name in ("event_cluster", "event_size", "event_introductions", "members", "body_rows"):
        shown[name] = np.array(seen.pop(name, []), np.int32)
    for name in ("member_start", "body_start", "cluster_complex"):
        shown[name] = np.array(seen.pop(name, [0]), np.int64)
    return CoordinationView(**(shown | seen))  # type: ignore[arg-type]


def again(view: CoordinationView) -> CoordinationView:
    """The same view on a state of its own, which a policy may write its memory into."""
    return replace(view, state=view.state.copy())


def true_surplus(
    view: CoordinationView, roster: Roster, first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """Expected surplus of pairs of places in the oracle's roster, KRW million."""
    known = ties(view, True)
    trust = trust_of_pairs(known, view.state.firms.identifier.size, roster.rows, first, second)
    return surplus_of_pairs(
        view, view.parameters, view.forms, roster, view.state.bodies, known,
        prospects(view, roster), first, second, trust,
    )  # fmt: skip


def surplus_of(view: CoordinationView, made: Introductions) -> np.ndarray:
    """True expected surplus of introductions, KRW million each."""
    roster = known_members(view, "oracle")
    is_body = made.second >= BODY
    partner = roster.position[np.where(is_body, 0, made.second)]
    second = np.where(is_body, made.second, partner).astype(np.int32)
    return true_surplus(view, roster, roster.position[made.first].astype(np.int32), second)
