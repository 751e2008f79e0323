"""Views of the page that levers can reach, and invented answers to them."""

from __future__ import annotations

import hashlib

from hypothesis import strategies as st

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.policies import registered_policies
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.viz.page.address import VIEWS, View
from innocluster.viz.page.answers import Answer, numbers

NUMBERS = [name for name, p in PARAMETERS.items() if p.low < p.high]


@st.composite
def views(draw: st.DrawFn) -> View:
    """Any view that levers can reach."""
    names = draw(st.lists(st.sampled_from(NUMBERS), max_size=3, unique=True))
    share = draw(st.floats(0.0, 1.0))
    values = {}
    for name in names:
        p = PARAMETERS[name]
        value = float(f"{p.low + share * (p.high - p.low):.6g}")
        if p.low <= value <= p.high:
            values[name] = value
    rule = draw(st.sampled_from(list(RULES.values())))
    return View(
        lang=draw(st.sampled_from(["en", "ko"])),
        view=draw(st.sampled_from(VIEWS)),
        policy=draw(st.sampled_from(list(registered_policies()))),
        measure=draw(st.sampled_from(["revenue", "exports"])),
        place=draw(st.sampled_from(["all", "ulsan"])),
        against=draw(st.sampled_from(["P0", "P2", "P5@budget=2,start=2007-01", "P5@two-level"])),
        budget=draw(st.sampled_from([0.0, 0.25, 1.0, 4.0])),
        start=draw(st.sampled_from(["2005-04", "2007-01"])),
        members=draw(st.sampled_from([0.25, 1.0])),
        macro=draw(st.sampled_from(["history", "frozen"])),
        seed=draw(st.integers(0, 10**6)),
        values=values,
        forms={rule.key: draw(st.sampled_from(list(rule.forms)))},
    )


def against_none(comparison: Comparison, policy: str = "P5") -> Answer:
    """A comparison as the answer to a policy beside none."""
    digest = hashlib.sha256(numbers(comparison)).hexdigest()
    return Answer(comparison, comparison.yearly, "P0", policy, digest)
