"""The engine against an ordinary Mesa model of the same rules, object by object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_region import simulation, small_population

from innocluster.sim.ground.forms import Forms
from innocluster.sim.network.pairs import BODY
from innocluster.sim.simulation import Simulation

pytest.importorskip("mesa")
from mesa_objects import GroupedModel, ObjectModel

TOLERANCE = 1e-9
LAST = (2007, 12)
# A region in which everything happens within a few years: quick, frequent projects and
# licences, many exits, more money than a region of this size has.
LIVELY = {
    "background_rate": 0.6,
    "anchor_share": 0.2,
    "proposal_base": -3.5,
    "consortium_share": 0.5,
    "project_duration": 5.0,
    "licence_hazard": 0.5,
    "licence_lag": 6.0,
    "licence_success": 0.6,
    "exit_rate": 0.3,
    "entry_scale": 3.0,
    "spin_off_rate": 0.3,
    "task_rate": 3.0,
    "brand_hazard": 0.8,
}
BUDGET = {2005: 9000.0, 2006: 6000.0, 2007: 12000.0}
FIRM_VALUES = (
    "identifier", "sector", "niche", "mini_cluster", "member", "employees", "capital", "level",
    "shock", "log_productivity", "demand_scale", "demand_reference", "expected_demand",
    "export_logit", "revenue", "exports", "utilisation", "research_stock", "research_lagged",
    "grant_flow", "spillover", "spillover_reference", "absorption", "gain_own", "gain_transfer",
    "gain_joint", "gain_meeting", "brand", "link_until", "cash", "months_negative", "wage",
    "royalty", "lost_days", "projects", "entered", "age", "knowledge", "smoothed_sales",
    "research_intensity",
    "research_spending", "research_began", "last_success", "research_pay", "research_offset",
)  # fmt: skip
PAIR_VALUES = ("familiarity", "similarity", "news", "gain", "meetings", "asked", "projects")
BODY_VALUES = ("applied_share", "licences_year", "projects", "inventions", "income", "knowledge")
PROJECT_VALUES = ("started", "due", "field", "success", "novelty", "grant", "flow")


def lively(policy: str) -> Simulation:
    """A run of some 230 firms that has not begun."""
    return simulation(
        policy, population=small_population(40), unchecked=LIVELY, last=LAST, budget=BUDGET
    )


def advanced(model: ObjectModel) -> ObjectModel:
    """The model after its last month."""
    while model.month < model.settings.months:
        model.step()
    return model


def assert_close(name: str, actual: Any, expected: Any) -> None:
    """Agreement to the tolerance, relative to the value or, for logarithms near 0, to 1."""
    np.testing.assert_allclose(
        np.asarray(actual, float), np.asarray(expected, float), rtol=TOLERANCE,
        atol=1e-3 * TOLERANCE, err_msg=name,
    )  # fmt: skip


def assert_same_series(model: ObjectModel, run: Simulation, first: int) -> None:
    """Every indicator of every month and complex."""
    for name, values in run.series.values.items():
        mine = np.array([month[name] for month in model.series])
        assert_close(name, mine, values[first:])


def assert_same_state(model: ObjectModel, run: Simulation) -> None:
    """Every firm, pair, body, project and licence at the end."""
    state = run.state
    firms = state.firms
    rows = np.flatnonzero(firms.alive[: firms.count] == 1)
    assert [firm.site for firm in model.firms()] == rows.tolist()
    for name in FIRM_VALUES:
        mine = [getattr(firm, name) for firm in model.firms()]
        assert_close(f"firms.{name}", mine, getattr(firms, name)[rows])
    for name in BODY_VALUES:
        mine = [getattr(body, name) for body in model.bodies]
        assert_close(f"bodies.{name}", mine, getattr(state.bodies, name))

    def code(actor: Any) -> int:
        return BODY + model.bodies.index(actor) if actor in model.bodies else actor.site

    living = np.flatnonzero(state.pairs.familiarity[: state.pairs.count] >= 0.0)
    codes = [(code(pair.first), code(pair.second)) for pair in model.pairs]
    assert codes == list(
        zip(state.pairs.first[living].tolist(), state.pairs.second[living].tolist(), strict=True)
    )
    for name in PAIR_VALUES:
        mine = [getattr(pair, name) for pair in model.pairs]
        assert_close(f"pairs.{name}", mine, getattr(state.pairs, name)[living])
    for name in PROJECT_VALUES:
        mine = [getattr(project, name) for project in model.projects]
        assert_close(f"projects.{name}", mine, getattr(state.projects, name)[: len(mine)])
    assert len(model.projects) == state.projects.count
    licences = [
        (lic.firm.site, model.bodies.index(lic.body), lic.due, lic.succeeds)
        for lic in model.licences
        if not lic.firm.closed
    ]
    table = state.licences
    expected = [
        (int(table.firm[n]), int(table.body[n]), int(table.due[n]), bool(table.succeeds[n]))
        for n in range(table.count)
        if firms.alive[table.firm[n]] == 1
    ]
    assert [one for one in licences] == expected


@pytest.mark.parametrize("policy", ["P0", "P2", "P2A", "P2E", "P5"])
@pytest.mark.parametrize("shuffle", [1, 2])
def test_same_trajectory(policy: str, shuffle: int) -> None:
    """Both start in 2003-01 and agree to the end of 2007, in whatever order agents act."""
    run = lively(policy)
    model = advanced(ObjectModel(run, shuffle))
    run.run()
    assert_same_series(model, run, 0)
    assert_same_state(model, run)


@pytest.mark.parametrize(
    "forms",
    [
        {"sharing": "strangers", "rivalry": "technology"},
        {"sharing": "trust"},
        {"sharing": "flow"},
        {"spillover_ties": "acquaintance"},
        {"displacement": "complete"},
        {"displacement": "none", "demand": "common"},
        {"occasions": "uniform", "entry": "proportional"},
        {"research": "frozen"},
        {"research": "elastic"},
        {"research": "lasting"},
        {"spillovers": "mahalanobis"},
        {"spillovers": "root_pool"},
    ],
    ids=lambda forms: "-".join(forms.values()),
)
def test_same_trajectory_under_other_forms(forms: dict[str, str]) -> None:
    """Whichever form a contested rule has, both say the same."""
    run = Simulation(replace(lively("P5").settings, forms=Forms.of(forms)))
    model = advanced(ObjectModel(run))
    run.run()
    assert_same_series(model, run, 0)
    assert_same_state(model, run)


def test_everything_happens() -> None:
    """The region of these tests is lively enough for the comparison to mean something."""
    run = lively("P5")
    run.run()
    totals = {name: np.abs(values).sum() for name, values in run.series.values.items()}
    for name in set(run.series.values) - {"spent_support", "spent_transfers"}:
        assert totals[name] > 0.0, name
    assert any(decision.subject == "allocation" for decision in run.state.decisions)
    for name in ("joint_successes", "licence_successes", "entrants", "closures", "tasks"):
        assert totals[name] >= 20, name
    firms = run.state.firms
    reused = firms.entered[: firms.count] >= 0
    assert (firms.alive[: firms.count] * reused)[: small_population(40).firms.complex.size].any()
    assert (run.state.projects.third[: run.state.projects.count] >= 0).any()


def test_taken_over_in_the_middle() -> None:
    """The objects made of the tables of a run under way go on as the run does."""
    run = lively("P5")
    run.run_until(40)
    model = ObjectModel(run)
    run.run()
    assert_same_series(advanced(model), run, 40)
    assert_same_state(model, run)


def test_spillovers_by_group_sums_are_those_by_all_pairs() -> None:
    """F4: sums over complexes and sectors are the sum over all other firms."""
    direct, grouped = ObjectModel(lively("P5")), GroupedModel(lively("P5"))
    for model in (direct, grouped):
        for _ in range(30):
            model.step()
    pools = [[firm.spillover for firm in model.firms()] for model in (direct, grouped)]
    assert_close("spillover", pools[0], pools[1])
