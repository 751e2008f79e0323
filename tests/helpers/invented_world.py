"""A recorded world of two complexes and six agents, small enough to work out on paper."""

from __future__ import annotations

import json

import numpy as np

from innocluster.sim.accounting.growth_terms import TERMS
from innocluster.viz.page.world.record import OPEN, World
from innocluster.viz.page.world.recorder import YEARLY


def invented_world() -> World:
    """24 months: a university (0), an institute (1) and firms 2 to 5, of which 4 closes.

    Firms 2, 3 and 4, 5 share a mini-cluster each, of complex 0 and 1.  2 and 4 are members.
    """
    months, agents, years = 24, 6, 2
    about = {
        "policy": "P5", "seed": 1, "months": months, "complexes": ["north", "south"],
        "terms": list(TERMS), "yearly": list(YEARLY), "series": ["revenue"], "annual": ["ties"],
        "capital_elasticity": 0.3, "tie_familiarity": 0.1,
    }  # fmt: skip
    terms = np.full((years, len(TERMS), agents), np.nan, np.float32)
    terms[:, :, 2:4] = 0.0
    terms[0, 0, 4] = 0.0
    terms[1, TERMS.index("joint"), 2] = 0.25
    terms[1, TERMS.index("price"), 2] = -0.125
    knowledge = np.zeros((years, agents, 2), np.float16)
    knowledge[:, 0] = [1.0, 0.0]
    knowledge[:, 2] = [1.0, 1.0]
    knowledge[0, 4] = [0.0, 2.0]
    revenue = np.zeros((months, agents), np.float32)
    revenue[:, 2:4] = [100.0, 50.0]
    revenue[:10, 4] = 10.0
    revenue[14:, 5] = 20.0
    decision = {
        "month": 4, "coordinator": 1, "subject": "meetings", "known_month": 3,
        "knew": {"members": 2.0}, "chose": {"contact events": 1.0}, "cost": 0.5,
    }  # fmt: skip
    yearly = np.zeros((years, len(YEARLY), agents), np.float32)
    yearly[:, YEARLY.index("employees"), 2] = [20.0, 25.0]
    return World(
        about=np.array([json.dumps(about)]),
        identifier=np.array([0, 1, 12, 13, 14, (1 << 24) + 7]),
        kind=np.array([1, 2, 0, 0, 0, 0], np.int8),
        complex=np.array([0, 1, 0, 0, 1, 1], np.int16),
        sector=np.zeros(6, np.int16),
        mini_cluster=np.array([-1, -1, 0, 0, 8, 8], np.int16),
        entered=np.array([-1, -1, -1, -1, -1, 14], np.int16),
        closed=np.array([OPEN, OPEN, OPEN, OPEN, 9, OPEN], np.int16),
        ties=np.array([[0, 2, -1, 24], [2, 4, 3, 10]], np.int32),
        meetings=np.array([[1, 0, 2], [3, 2, 4], [4, 4, 2], [5, 0, 2]], np.int32),
        met_by=np.array([1, 2, 3, 2], np.int8),
        projects=np.array([[2, 0, -1, 5, 12, 1], [2, 4, 0, 6, 10, 0]], np.int32),
        project_terms=np.array([[0.5, 0.2, 80.0], [0.4, 0.1, 0.0]], np.float32),
        outcome=np.array([2, 3], np.int8),
        unaided=np.array([0, 2], np.int8),
        refused=np.array([[7, 2, 4, 3], [8, 0, 2, 1]], np.int32),
        licences=np.array([[2, 2, 0, 8, 1], [20, 3, 1, 30, 0]], np.int32),
        licence_quality=np.ones(2, np.float32),
        innovations=np.array([[11, 2], [13, 3]], np.int32),
        steps=np.array([[15, 2, 1]], np.int32),
        links=np.array([[6, 2]], np.int32),
        memberships=np.array([[2, 3, 24], [4, 3, 10]], np.int32),
        research=np.array([[2, -1, 24]], np.int32),
        revenue=revenue,
        yearly=yearly,
        terms=terms,
        knowledge=knowledge,
        decisions=np.array([json.dumps([decision])]),
        accounts=np.zeros((years, 3, 3)),
        series=np.zeros((1, months, 2)),
        annual=np.zeros((1, years, 3)),
    )  # fmt: skip
