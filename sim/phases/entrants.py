"""Phase 11: new firms take their place in the table (E2, U4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import exp, exp_array, normal_quantile
from innocluster.agents.firms import elapsed_years
from innocluster.agents.knowledge import Knowledge

from ..beginning.initial_state import set_firms
from ..beginning.population import FirmSample, Small
from ..ground.random_numbers import Process, uniform_rows, uniforms
from ..market.demography import count_entrants, entrant_identifier
from ..run import Run

__all__ = ["admit_entrants"]

Integers = NDArray[np.int64]

_ENTRANT = int(Process.ENTRANT)

SPIN_OFF_ORDINAL = 1 << 15
LARGEST_ENTRANT = 100
SCATTER = 0.2


def admit_entrants(run: Run, operating: Integers, entrants: Integers) -> None:
    """Let new firms and university spin-offs enter.

    `operating` (C,) are the firms after this month's exits; `entrants` (C,) is added to.
    An entrant is modelled on a firm of 2003 of its complex, smaller and with
    scattered knowledge; a spin-off on its university's knowledge.  Who the model
    is hangs on the entrant's own draws alone.
    """
    state, complexes = run.state, run.region.complexes
    firms = state.firms
    room = np.maximum(complexes.plots - complexes.firms, 1)
    free = np.maximum(complexes.plots - operating, 0) / room
    arrivals = count_entrants(
        run.key, state.month, run.parameters, operating, free, complexes.entry_rate,
        state.profit_ratio, run.anchors.usual_profit,
    )  # fmt: skip
    spin_offs = _spin_offs(run)
    parents = np.concatenate([np.full(arrivals.sum(), -1), spin_offs])
    if parents.size == 0:
        return
    places = np.concatenate(
        [np.repeat(np.arange(arrivals.size), arrivals), state.bodies.complex[spin_offs]]
    )
    earlier = np.repeat(np.cumsum(arrivals) - arrivals, arrivals)
    ordinals = np.concatenate([np.arange(earlier.size) - earlier, SPIN_OFF_ORDINAL + spin_offs])
    identifiers = entrant_identifier(state.month, places, ordinals)
    sample = _sample(run, identifiers, places, parents)
    rows = _take_rows(run, sample.complex)
    set_firms(
        firms, rows, sample, run.region.sectors.value_added_ratio, run.parameters, run.key,
        entered=state.month,
    )  # fmt: skip
    _enter_market(run, rows)
    np.add.at(entrants, sample.complex, 1)


def _spin_offs(run: Run) -> Integers:
    """U4: rows of the universities that found a firm this month."""
    bodies = run.state.bodies
    draws = uniform_rows(run.key, bodies.identifier, run.state.month, int(Process.SPIN_OFF), 0)[
        :, 0
    ]
    founds = (bodies.institute == 0) & (draws < run.parameters.spin_off_rate / 12.0)
    return np.flatnonzero(founds)


def _take_rows(run: Run, place: Small) -> Integers:
    """Rows for entrants: those of closed firms of the same complex first, then new ones."""
    firms = run.state.firms
    rows = np.empty(place.size, np.int64)
    firms.reserve(firms.count + place.size)
    order = np.argsort(place, kind="stable")
    for n, c in zip(order.tolist(), place[order].tolist(), strict=True):
        free = run.state.free_rows[c]
        if free:
            rows[n] = free.pop(0)
        else:
            rows[n] = firms.count
            firms.count += 1
    return rows


def _sample(run: Run, identifier: Integers, place: Integers, parent: Integers) -> FirmSample:
    """Observables of entrants at prices and demand of 2003."""
    source = run.settings.population.firms
    knowledge = np.empty((identifier.size, source.knowledge.shape[1]), np.float32)
    model = _model_entrants(
        run.key, run.state.month, identifier, place, parent, run.scratch.places,
        run.scratch.place_start, source.knowledge, run.state.bodies.knowledge, knowledge,
    )  # fmt: skip
    spin_off = parent >= 0
    wanted = run.parameters.entrant_size * source.employees[model]
    employees = np.clip(np.where(spin_off, 5, wanted), 3, LARGEST_ENTRANT).astype(np.int64)
    revenue = source.revenue[model] * employees / source.employees[model]
    sector = source.sector[model]
    sector[spin_off] = run.state.bodies.sector[parent[spin_off]]
    typical = run.anchors.sector_intensity[sector]
    return FirmSample(
        identifier=identifier,
        complex=place,
        sector=sector,
        mini_cluster=source.mini_cluster[model],
        employees=employees,
        revenue=revenue,
        export_share=source.export_share[model],
        research_intensity=np.where(spin_off, typical, source.research_intensity[model]),
        brand=source.brand[model],
        age=np.zeros(identifier.size),
        knowledge=knowledge,
    )


@compiled
def _model_entrants(
    key: NDArray[np.uint64],
    month: int,
    identifier: Integers,
    place: Integers,
    parent: Integers,
    places: NDArray[np.int32],
    place_start: Integers,
    firm_knowledge: Knowledge,
    body_knowledge: Knowledge,
    knowledge: Knowledge,
) -> Integers:
    """E2: firm of 2003 on which each entrant is modelled; fills its scattered knowledge."""
    model = np.empty(identifier.size, np.int64)
    fields = knowledge.shape[1]
    for n in range(identifier.size):
        u, _, _, _ = uniforms(key, identifier[n], month, _ENTRANT, 0)
        start = place_start[place[n]]
        model[n] = places[start + int(u * (place_start[place[n] + 1] - start))]
        for block in range((fields + 3) // 4):
            scatter = uniforms(key, identifier[n], month, _ENTRANT, block + 1)
            for f in range(4 * block, min(4 * block + 4, fields)):
                origin = (
                    firm_knowledge[model[n], f] if parent[n] < 0 else body_knowledge[parent[n], f]
                )
                knowledge[n, f] = origin * exp(SCATTER * normal_quantile(scatter[f % 4]))
    return model


def _enter_market(run: Run, rows: Integers) -> None:
    """Put entrants at today's frontier: the real size of 2003 lifted by common progress.

    `set_firms` values a firm as of 2003; progress, rivals' quality, prices and
    demand have moved since, and the newcomer starts level with them.
    """
    firms, month, macro = run.state.firms, run.state.month, run.settings.macro
    years = elapsed_years(month)
    drift = run.parameters.technical_progress * years
    rivals = run.parameters.rivals_growth * years
    firms.demand_reference[rows] = firms.level[rows] + firms.shock[rows] + drift - rivals
    firms.log_productivity[rows] = firms.level[rows] + firms.shock[rows] + drift
    share = 1.0 / (1.0 + exp_array(-firms.export_logit[rows]))
    foreign = macro.world_demand[month] * macro.exchange_rate[month] / run.reference_exchange_rate
    market = (1.0 - share) * macro.domestic_demand[month] + share * foreign
    real = firms.expected_demand[rows] * exp(drift)
    firms.expected_demand[rows] = real
    firms.revenue[rows] = real * macro.price_index[month]
    firms.demand_scale[rows] = firms.revenue[rows] / market
