"""Scenario files: presets, defaults and one line for every mistake."""

import os
from pathlib import Path

import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.schema import DEFAULT_PRESET, Scenario, presets
from innocluster.sim.ground.parameters import PARAMETERS

PARAMETER = next(iter(PARAMETERS.values()))


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", presets())
def test_presets_are_valid_and_carry_their_own_name(name: str) -> None:
    assert Scenario.from_file(name).name == name


def test_default_is_the_korean_pilot() -> None:
    scenario = Scenario.default()
    assert scenario.name == DEFAULT_PRESET
    assert (scenario.last_month, scenario.last_year) == ((2013, 12), 2013)
    assert scenario.policy == "thematic-mini-clusters"


def test_policy_id_and_key_are_the_same_scenario() -> None:
    assert Scenario.default().replaced(policy="p2").policy == "random-matching"


def test_incomplete_last_year_does_not_count() -> None:
    assert Scenario.default().replaced(last="2008-06").last_year == 2007


def test_budget_comes_from_the_scenario_or_the_region() -> None:
    region = {2005: 29_700.0, 2006: 43_000.0}
    scaled = Scenario.default().replaced(programme={"budget_scale": 2})
    assert scaled.budget(region) == {2005: 59_400.0, 2006: 86_000.0}
    own = Scenario.default().replaced(programme={"budget": {"2006": 10}})
    assert own.budget(region) == {2006: 10_000.0}


def test_relative_paths_start_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "region").mkdir()
    (tmp_path / "macro.csv").write_text("", encoding="utf-8")
    scenario = Scenario.from_file(write(tmp_path, 'region = "region"\nmacro = "macro.csv"'))
    assert scenario.region == str(tmp_path / "region")
    assert scenario.macro == str(tmp_path / "macro.csv")


MISTAKES = {
    "seeed = 1": ("seeed", "did you mean 'seed'?"),
    "[programme]\nbudget_scal = 1": ("programme.budget_scal", "did you mean 'budget_scale'?"),
    "[parameters]\n" + PARAMETER.name[:-1] + " = 1": ("parameters.", f"'{PARAMETER.name}'"),
    f"[parameters]\n{PARAMETER.name} = 1e300": (f"parameters.{PARAMETER.name}", PARAMETER.allowed),
    f"[parameters]\n{PARAMETER.name} = nan": (f"parameters.{PARAMETER.name}", PARAMETER.allowed),
    f'[parameters]\n{PARAMETER.name} = "1"': (f"parameters.{PARAMETER.name}", PARAMETER.allowed),
    f"[parameters]\n{PARAMETER.name} = true": (f"parameters.{PARAMETER.name}", PARAMETER.allowed),
    f"[parameters]\n{PARAMETER.name} = " + "9" * 400: ("parameters.", PARAMETER.allowed),
    "parameters = 3": ("parameters", "a table"),
    'policy = "P99"': ("policy = P99", "P5"),
    "policy = 5": ("policy = 5", "innocluster policies"),
    'macro = "nothing.csv"': ("macro = nothing.csv", "history"),
    'region = "../../nowhere"': ("region", "seven-complexes"),
    'exports = "both"': ("exports = both", "as_printed"),
    'governance = "five-level"': ("governance = five-level", "two-level"),
    "governance = 2": ("governance = 2", "four-level, two-level, local"),
    '[forms]\nentry = "balanced"': ("forms.entry = balanced", "land, proportional"),
    '[forms]\nentries = "land"': ("forms.entries = land", "did you mean 'entry'?"),
    "[forms]\nentry = 1": ("forms.entry = 1", "land, proportional"),
    'forms = "land"': ("forms = land", "a table of rules and forms"),
    'screening = "jury"': ("screening = jury", "single, hierarchy, polyarchy, committee"),
    "[parameters]\nprogramme_adherence = 1.5": ("programme_adherence = 1.5", "from 0 to 1"),
    'last = "2013"': ("last = 2013", "YYYY-MM"),
    'last = "2013-13"': ("last", "YYYY-MM"),
    'last = "2005-11"': ("last", "2005-12"),
    'last = "2021-01"': ("last", "2020-12"),
    "last = 2013-12-01": ("last", "YYYY-MM"),
    "seed = -1": ("seed = -1", "an integer from 0"),
    "seed = 1.5": ("seed = 1.5", "an integer"),
    "seed = true": ("seed = True", "an integer"),
    "seed = " + "9" * 40: ("seed", "an integer"),
    "seed = " + "9" * 5000: ("TOML", "valid TOML"),
    'name = "../evil"': ("name = ../evil", "lower-case"),
    'name = ""': ("name", "lower-case"),
    "programme = 1": ("programme = 1", "a table"),
    "[programme]\nbudget_scale = 11": ("budget_scale = 11", "from 0 to 10"),
    "[programme]\nbudget_scale = inf": ("budget_scale = inf", "from 0 to 10"),
    "[programme]\nbudget_scale = -0.1": ("budget_scale = -0.1", "from 0 to 10"),
    "[programme.budget]\n2004 = 1": ("2004 = 1", "2005 to 2020"),
    "[programme.budget]\n2005 = -1": ("2005 = -1", "KRW bn"),
    "[programme.budget]\n2005 = nan": ("2005 = nan", "KRW bn"),
    "[programme.budget]\n2005 = 1e12": ("2005 = 1000000000000.0", "KRW bn"),
    '[programme.budget]\n2005 = "30"': ("2005 = '30'", "KRW bn"),
    "[programme.budget]\nfirst = 30": ("first = 30", "KRW bn"),
    "seed = 1\nseed = 2": ("TOML", "line 2"),
    "seed =": ("TOML", "line 1"),
    "a = " + "[" * 100_000: ("TOML", "valid TOML"),
}


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: text[:40])
def test_a_mistake_is_one_line_with_file_key_value_and_allowed(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as caught:
        Scenario.from_file(path)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(str(path)[:100])
    for part in MISTAKES[text]:
        assert part in message


def test_files_that_are_no_scenario(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('title = "é"'.encode("latin-1"))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)
    fifo = tmp_path / "fifo.toml"
    os.mkfifo(fifo)
    cases = {
        str(tmp_path / "none.toml"): "no such file",
        str(tmp_path): "a folder",
        str(latin): "byte 0xe9",
        str(large): "1000001 bytes",
        str(fifo): "not a regular file",
        "/dev/zero": "not a regular file",
        "korean-pilot-2006": "korean-pilot-2005",
        "a" * 5000 + ".toml": "too long",
        "a\0.toml": "no such file",
    }
    for source, part in cases.items():
        with pytest.raises(InputError, match=part):
            Scenario.from_file(source)


def test_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbfseed = 7\r\n")
    assert Scenario.from_file(path).seed == 7
