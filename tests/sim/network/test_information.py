"""Forms of what is told and kept back, by hand (T3)."""

from __future__ import annotations

import pytest

from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.network.information import kept_back, told_part

P = ParameterSet(unchecked={
    "information_probability": 0.3, "sharing_strangers": 0.125, "sharing_trusted": 0.625,
    "rival_secrecy": 0.75,
}).record()  # fmt: skip


@pytest.mark.parametrize(
    ("form", "told"),
    [
        # (1/8 + ½·¼)·0.4, 0.3/3 and ⅝·¼·0.4
        ("trust_novelty", 0.1), ("strangers", 0.1), ("trust", 0.0625), ("flow", 0.1),
    ],
)  # fmt: skip
def test_what_is_told(form: str, told: float) -> None:
    forms = Forms.of({"sharing": form})
    base = told_part(P, forms, 0.25, 0.4, 3)
    assert base == pytest.approx(told, rel=1e-12)
    # News and trust count for all but strangers' news, the number of meetings for these alone.
    assert (told_part(P, forms, 0.25, 0.2, 3) < base) == (form != "strangers")
    assert (told_part(P, forms, 0.5, 0.4, 3) > base) == (form != "strangers")
    assert (told_part(P, forms, 0.25, 0.4, 6) < base) == (form == "strangers")


@pytest.mark.parametrize(
    ("form", "sector", "niche", "kept"),
    [
        ("niche", True, True, 0.75), ("niche", True, False, 0.0), ("niche", False, True, 0.0),
        ("technology", True, True, 0.36), ("technology", True, False, 0.36),
        ("technology", False, True, 0.0),
    ],
)  # fmt: skip
def test_what_is_kept_back(form: str, sector: bool, niche: bool, kept: float) -> None:
    found = kept_back(P, Forms.of({"rivalry": form}), sector, niche, 0.6)
    assert found == pytest.approx(kept, rel=1e-12)
