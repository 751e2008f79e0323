"""Targets from a file and from the table of figures: what is read, and every way to be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from innocluster.calibration.targets import (
    CalibrationTarget,
    doubled_discrepancies,
    fitted_arrays,
    load_calibration_targets,
    read_targets,
)
from innocluster.scenarios.errors import InputError

HEAD = "name,value,uncertainty,discrepancy,unit,source,role\n"
ROW = "sales,10,1,2,KRW tn,a paper,fit\n"


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "targets.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_a_file_is_read(tmp_path: Path) -> None:
    text = "\ufeff" + HEAD + ROW + "\n" + 'firms,5,,,firms,"a list, 2008",hold-out\n'
    first, second = read_targets(written(tmp_path, text))
    assert first == CalibrationTarget("sales", 10.0, 1.0, 2.0, "KRW tn", "a paper", "fit")
    assert first.variance == 5.0
    assert second.name == "firms"
    assert second.role == "hold-out"
    assert np.isnan(second.uncertainty)
    assert doubled_discrepancies([first, second]).tolist() == [17.0]
    columns, figures, variances = fitted_arrays([first, second], ["firms", "sales"])
    assert (columns.tolist(), figures.tolist(), variances.tolist()) == ([1], [10.0], [5.0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + ROW.replace(",1,2,", ",0,2,"), "uncertainty, line 2 = 0"),
        (HEAD + ROW.replace(",1,2,", ",1,0,"), "discrepancy, line 2 = 0"),
        (HEAD + ROW.replace(",1,2,", ",1,,"), "discrepancy, line 2"),
        (HEAD + ROW.replace(",1,2,", ",-1,2,"), "uncertainty, line 2 = -1"),
        (HEAD + ROW.replace(",1,2,", ",inf,2,"), "uncertainty, line 2 = inf"),
        (HEAD + ROW.replace(",1,2,", ",1e-200,2,"), "uncertainty, line 2 = 1e-200"),
        (HEAD + ROW.replace(",10,", ",ten,"), "value, line 2 = ten"),
        (HEAD + ROW.replace(",10,", ",nan,"), "value, line 2 = nan"),
        (HEAD + ROW.replace("fit", "fitt"), "role, line 2 = fitt: allowed: did you mean 'fit'"),
        (HEAD + ROW.replace("a paper", ""), "source, line 2"),
        (HEAD + ROW + ROW, "name, line 3 = sales: allowed: each figure once"),
        (HEAD + ROW + ROW.replace("fit", "hold-out"), "not as fit and as hold-out"),
        (HEAD + "sales,10\n", "line 2 = 2 cells: allowed: 7"),
        (HEAD.replace("discrepancy", "error") + ROW, "column discrepancy = missing"),
        (HEAD, "rows = none"),
        ("", "targets = empty"),
        (HEAD + '"sales,10', "unexpected end of data"),
        (b"\xff\xfe\x00", "bytes that are not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_targets(written(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "targets.csv" in str(caught.value)


def test_a_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_targets(tmp_path / "none.csv")
    with pytest.raises(InputError, match="not a file"):
        read_targets(tmp_path)


def test_a_target_needs_a_summary() -> None:
    target = CalibrationTarget("sales_2004", 1.0, 1.0, 1.0, "", "s", "fit")
    with pytest.raises(InputError, match="did you mean 'sales_2005'"):
        fitted_arrays([target], ["sales_2005"])


def test_figures_of_the_seven_complexes() -> None:
    targets = {t.name: t for t in load_calibration_targets("seven-complexes", "corrected")}
    gumi = targets["revenue_2004:gumi"]
    assert (gumi.value, gumi.uncertainty, gumi.role) == (47.0, 2.4, "fit")
    assert gumi.discrepancy == pytest.approx(0.03 * 47.0)
    members = targets["members_2005:all"]
    assert (members.uncertainty, members.discrepancy) == (70.0, 70.0)
    fitted = [t for t in targets.values() if t.role == "fit"]
    assert all(t.uncertainty > 0.0 and t.discrepancy > 0.0 for t in fitted)
    # What happened from 2007 on is only ever a test.
    assert not [t.name for t in fitted if int(t.name.split("_20")[1][:2]) > 6]
    assert load_calibration_targets("elsewhere", "corrected") == ()


def test_a_measure_without_discrepancy_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "shares.csv"
    file.write_text("measure,discrepancy,uncertainty,source\nrevenue,0.1,0.1,assumption\n")
    with pytest.raises(InputError, match="a row for every measure"):
        load_calibration_targets("seven-complexes", "corrected", file)
    file.write_text("measure,discrepancy,uncertainty,source\nrevenue,0,0.1,assumption\n")
    with pytest.raises(InputError, match="discrepancy, line 2 = 0: allowed: a share above 0"):
        load_calibration_targets("seven-complexes", "corrected", file)
