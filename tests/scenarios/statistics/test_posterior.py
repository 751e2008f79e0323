"""The shipped posterior: complete, in range, and drawn as often as its weights say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.statistics.drawn_under import draws_under, forms_drawn
from innocluster.scenarios.statistics.draws import SWEPT, UNCERTAIN
from innocluster.scenarios.statistics.posterior import Posterior, load_posterior
from innocluster.sim.ground.forms import RULES, form_code
from innocluster.sim.ground.parameters import PARAMETERS


def test_what_ships_holds_every_uncertain_parameter_and_rule() -> None:
    posterior = load_posterior()
    assert set(posterior.names) == {*UNCERTAIN, *RULES}
    assert len(posterior.table) >= 2000
    for name in UNCERTAIN:
        assert posterior.table[name].between(PARAMETERS[name].low, PARAMETERS[name].high).all()
    assert len(posterior.digest) == 64


def test_draws_take_every_row_once_before_any_comes_twice() -> None:
    table = pd.DataFrame({"rd_elasticity": np.linspace(0.02, 0.15, 8), "demand": ["common"] * 8})
    draws = Posterior(table, {}, "").draws(seed=3)
    first = [draws(world) for world in range(8)]
    assert sorted(row["rd_elasticity"] for row in first) == table["rd_elasticity"].tolist()
    assert {row["demand"] for row in first} == {float(form_code("demand", "common"))}
    assert draws(8) == first[0]


def test_rows_count_by_their_weight() -> None:
    table = pd.DataFrame({"rd_elasticity": [0.02, 0.05, 0.1, 0.15], "weight": [3.0, 1.0, 0.0, 0.0]})
    draws = Posterior(table, {}, "").draws(seed=1)
    drawn = [draws(world)["rd_elasticity"] for world in range(4)]
    assert sorted(drawn) == [0.02, 0.02, 0.02, 0.05]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_posterior(tmp_path / "none.parquet")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"rd_elasticity": [0.05, 0.9]}, "rd_elasticity, row 2 = 0.9: allowed: a number from"),
        ({"rd_elasticity": [0.05, np.nan]}, "rd_elasticity, row 2 = nan"),
        ({"rd_elasticity": [0.05, np.inf]}, "rd_elasticity, row 2 = inf"),
        ({"rd_elasticity": ["a", "b"]}, "rd_elasticity, row 1 = a"),
        ({"rd_elastic": [0.05, 0.06]}, "column = rd_elastic"),
        ({"rd_elasticity": [0.05], "demand": ["common sense"]}, "demand, row 1 = common sense"),
        ({"rd_elasticity": [0.05], "demand": [None]}, "demand, row 1 = None"),
        ({"rd_elasticity": [0.05], "weight": [0.0]}, "weight, row 1 = 0.0"),
        ({"rd_elasticity": [0.05, 0.1], "weight": [2.0, -1.0]}, "weight, row 2 = -1.0"),
        ({"rd_elasticity": []}, "1 parameters, 0 rows"),
        ({"demand": ["common"]}, "0 parameters, 1 rows"),
    ],
)
def test_draws_that_no_fit_leaves_are_named(
    tmp_path: Path, columns: dict[str, list[object]], said: str
) -> None:
    pd.DataFrame(columns).to_parquet(tmp_path / "draws.parquet", index=False)
    (tmp_path / "draws.toml").write_text("stand_in = false\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_posterior(tmp_path / "draws.parquet")
    assert said in str(error.value)


def test_the_medoid_is_the_draw_in_the_middle() -> None:
    # Distances in standard deviations from 2 to 1 and 9 are less in sum than from any other.
    table = pd.DataFrame(
        {"rd_elasticity": [0.02, 0.04, 0.15], "demand": ["sectors", "sectors", "common"]}
    )
    parameters, forms = Posterior(table, {}, "").medoid()
    assert parameters == {"rd_elasticity": 0.04}
    assert forms == {"demand": "sectors"}


def test_worlds_draw_parameters_and_forms_from_what_ships_where_no_file_is_named() -> None:
    draws = draws_under("posterior", None, 1)
    assert draws is not None
    assert set(draws.names) == {*UNCERTAIN, *RULES, *SWEPT}
    assert draws.available is None
    assert forms_drawn("posterior", None)
    assert not forms_drawn("posterior", "draws.csv")
    assert not forms_drawn("prior", None)
