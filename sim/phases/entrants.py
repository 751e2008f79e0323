"""Phase 11: new firms take their place in the table (E2, U4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, logistic, normal_quantile
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable

from ..beginning.new_firms import set_firms
from ..beginning.population import FirmSample
from ..ground.conditions import Conditions
from ..ground.counts import Counts
from ..ground.forms import form_code
from ..ground.grouped_rows import GroupedRows
from ..ground.parameter_record import Parameters
from ..ground.random_numbers import Process, draw_four, uniforms
from ..market.demography import count_entrants, entrant_identifier, spin_offs
from ..market.places import build_rooms, let_places, open_places, seat_spin_offs, vacate
from ..run import Run

__all__ = ["admit_entrants"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ENTRANT = int(Process.ENTRANT)
_LAND = form_code("entry", "land")

SPIN_OFF_ORDINAL = 1 << 15


def admit_entrants(
    run: Run, operating: Integers, closed: NDArray[np.int32], counts: Counts
) -> None:
    """Let new firms and university spin-offs enter.

    An entrant is modelled on a firm of 2003 of its complex, with scattered knowledge; a
    spin-off on its university's knowledge.  Models are drawn as often as firms of their size
    close, so that births leave the sizes of firms as they are.  Who the model is hangs on the
    entrant's own draws alone.  In balance every firm that closes is followed by one of its kind.

    Parameters
    ----------
    operating : (C,) firms after this month's exits
    closed : rows of the firms that closed
    counts : added to
    """
    state, p, key, month = run.state, run.parameters, run.key, run.state.month
    firms, source = state.firms, run.prototypes
    arrivals, founders = _decide_entry(run, operating, counts.closures)
    founded = np.bincount(state.bodies.complex[founders], minlength=arrivals.size)
    places = arrivals + founded
    number = int(places.sum())
    if number > run.newcomers.identifier.size:
        run.newcomers = source.room(2 * number)
    newcomers = run.newcomers
    models = _choose_models(
        key, month, arrivals, founders, state.bodies, run.scratch.places, run.foundings,
        newcomers,
    )  # fmt: skip
    if run.settings.balanced:
        models[0] = firms.modelled_on[closed[np.argsort(firms.complex[closed], kind="stable")]]
    _describe_entrants(p, models, source, state.bodies, run.anchors.sector_intensity, newcomers)
    _scatter_knowledge(key, month, p, models, source, state.bodies, newcomers)
    rows = _take_rows(run, places)
    firms.modelled_on[rows] = models[0]
    set_firms(key, p, rows, newcomers, run.region.sectors.value_added_ratio, month, firms)
    _enter_market(month, p, run.conditions, run.scratch.demand_left, rows, firms)
    counts.entrants += places


def _decide_entry(run: Run, operating: Integers, closures: Integers) -> tuple[Integers, Integers]:
    """E2, U4: entrants that are no spin-offs (C,), and rows of the universities that found one.

    In balance one firm enters for each that closed, and no university founds another.
    """
    state, p, key, month = run.state, run.parameters, run.key, run.state.month
    if run.settings.balanced:
        return closures.copy(), np.empty(0, np.int64)
    if run.forms.entry == _LAND:
        places, land = state.places, run.region.land
        opened = open_places(month, places)
        founders = seat_spin_offs(spin_offs(key, month, p, state.bodies), state.bodies, places)
        let_places(
            key, month, p, land, state.profit_ratio, run.anchors.usual_profit,
            float(run.conditions.general_price[month]), places,
        )  # fmt: skip
        build_rooms(p, land, places)
        vacate(key, month, closures, places)
        return opened, founders
    complexes = run.region.complexes
    room = np.maximum(complexes.plots - complexes.firms, 1)
    free = np.maximum(complexes.plots - operating, 0) / room
    arrivals = count_entrants(
        key, month, p, operating, free, complexes.entry_rate, state.profit_ratio,
        run.anchors.usual_profit,
    )  # fmt: skip
    return arrivals, spin_offs(key, month, p, state.bodies)


def _take_rows(run: Run, places: Integers) -> Integers:
    """Rows for the entrants of each complex: those of closed firms there first, then new ones."""
    firms, count = run.state.firms, run.state.firms.count
    rows: list[int] = []
    for free, wanted in zip(run.state.free_rows, places.tolist(), strict=True):
        again = free[:wanted]
        del free[:wanted]
        anew = wanted - len(again)
        rows += [*again, *range(count, count + anew)]
        count += anew
    firms.reserve(firms.count + len(rows))
    firms.count = count
    return np.array(rows, np.int64)


@compiled
def _choose_models(
    key: NDArray[np.uint64],
    month: int,
    arrivals: Integers,
    founders: Integers,
    bodies: ResearchBodyTable,
    places: GroupedRows,
    foundings: Floats,
    newcomers: FirmSample,
) -> Integers:
    """E2: name the month's entrants, by complex and there spin-offs last; who their models are.

    Parameters
    ----------
    arrivals : (C,) entrants that are no spin-offs
    founders : rows of the universities that found a firm
    places : rows of the firms of 2003 by complex
    foundings : (N,) share of the complex's foundings up to and with each of `places`
    newcomers : written

    Returns
    -------
    (2, n) row of the firm of 2003 on which each is modelled, and of its university or -1
    """
    models = np.empty((2, arrivals.sum() + founders.size), np.int64)
    n = 0
    for c in range(arrivals.size):
        for entrant in range(arrivals[c] + founders.size):
            ordinal = entrant
            parent = -1
            if entrant >= arrivals[c]:
                parent = founders[entrant - arrivals[c]]
                if bodies.complex[parent] != c:
                    continue
                ordinal = SPIN_OFF_ORDINAL + parent
            newcomers.identifier[n] = entrant_identifier(month, c, ordinal)
            newcomers.complex[n] = c
            u, _, _, _ = uniforms(key, newcomers.identifier[n], month, _ENTRANT, 0)
            start, end = places.start[c], places.start[c + 1]
            models[0, n] = places.rows[start + np.searchsorted(foundings[start : end - 1], u)]
            models[1, n] = parent
            n += 1
    return models


@compiled
def _describe_entrants(
    p: Parameters,
    models: Integers,
    source: FirmSample,
    bodies: ResearchBodyTable,
    sector_intensity: Floats,
    newcomers: FirmSample,
) -> None:
    """E2, U4: what is observed of entrants, at prices and demand of 2003.

    Parameters
    ----------
    models : (2, n) rows in `source` and `bodies`, of `_choose_models`
    source : the firms of 2003
    sector_intensity : (H,) typical R&D intensity, that of spin-offs
    newcomers : written
    """
    for n in range(models.shape[1]):
        model = models[0, n]
        parent = models[1, n]
        size = int(source.employees[model])
        newcomers.sector[n] = source.sector[model]
        newcomers.research_intensity[n] = source.research_intensity[model]
        if parent >= 0:
            size = int(p.spin_off_size)
            newcomers.sector[n] = bodies.sector[parent]
            newcomers.research_intensity[n] = sector_intensity[newcomers.sector[n]]
        newcomers.employees[n] = size
        newcomers.revenue[n] = (
            source.revenue[model] * newcomers.employees[n] / source.employees[model]
        )
        newcomers.mini_cluster[n] = source.mini_cluster[model]
        newcomers.export_share[n] = source.export_share[model]
        newcomers.brand[n] = source.brand[model]


@compiled
def _scatter_knowledge(
    key: NDArray[np.uint64],
    month: int,
    p: Parameters,
    models: Integers,
    source: FirmSample,
    bodies: ResearchBodyTable,
    newcomers: FirmSample,
) -> None:
    """E2: give entrants the knowledge of their models, every field lognormally scattered."""
    number, fields = models.shape[1], newcomers.knowledge.shape[1]
    identifier = newcomers.identifier[:number]
    blocks = (fields + 3) // 4
    scatter = np.empty((4 * blocks, number))
    for block in range(blocks):
        draws = scatter[4 * block : 4 * block + 4]
        draw_four(key, month, _ENTRANT, block + 1, identifier, draws)
    for f in range(fields):
        _scatter(scatter[f], p.entrant_scatter)
        for n in range(number):
            parent = models[1, n]
            known = source.knowledge[models[0, n], f] if parent < 0 else bodies.knowledge[parent, f]
            newcomers.knowledge[n, f] = known * scatter[f, n]


@inlined
def _scatter(draws: Floats, deviation: float) -> None:
    """Turn uniforms into lognormal factors with median 1; nothing else, to be vectorised.

    `deviation` is the standard deviation of their logs.
    """
    for n in range(draws.size):
        draws[n] = exp(deviation * normal_quantile(draws[n]))


@compiled
def _enter_market(
    month: int,
    p: Parameters,
    conditions: Conditions,
    left: Floats,
    rows: Integers,
    firms: FirmTable,
) -> None:
    """E2: put entrants at today's frontier: the sales of 2003 lifted by common progress.

    `set_firms` values a firm as of 2003; progress, rivals' quality, prices and
    demand of its sector have moved since, and the newcomer starts level with them.  It
    comes for what it will sell, so that what D1 leaves to a firm today is its measure.

    Parameters
    ----------
    left : (2, H) what the home and the export market ask of a firm this month, D1
    """
    for i in rows:
        sector = firms.sector[i]
        drift = conditions.progress[month, sector]
        log_a = firms.level[i] + drift
        firms.log_productivity[i] = log_a + firms.shock[i]
        firms.demand_reference[i] = log_a - conditions.rivals[month, sector]
        share = logistic(firms.export_logit[i])
        market = (1.0 - share) * left[0, sector]
        market += share * left[1, sector]
        real = firms.expected_demand[i] * exp(drift)
        firms.expected_demand[i] = real
        firms.revenue[i] = real * conditions.price[month, sector]
        firms.smoothed_sales[i] = firms.revenue[i]
        firms.research_spending[i] = firms.research_intensity[i] * firms.revenue[i]
        luck = exp((p.substitution - 1.0) * firms.shock[i])
        firms.demand_scale[i] = firms.revenue[i] / (luck * market)
