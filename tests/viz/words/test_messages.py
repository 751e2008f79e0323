"""Everything that the command line says has its Korean."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from innocluster.calibration.every_replication import EVERY_REPLICATION
from innocluster.commands.command_line import application
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.schema import _ALLOWED, Scenario, presets
from innocluster.viz.words.messages import KINDS, Messages, error_line, language_wanted

ROOT = Path(__file__).parents[3]
KO, EN = Messages("ko"), Messages("en")
CATALOGUE = ROOT / "viz" / "data" / "messages.csv"
HANGUL = re.compile("[가-힣]")
ERRORS = (
    "InputError",
    "CellError",
    "MacroError",
    "ParameterError",
    "error",
    "_cell_error",
    "_wrong",
)
# Names that are the same in every language.
PLAIN = ("CSV", "UTF-8", "pip install XlsxWriter", "DIR or verify DIR")


def rows() -> list[dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def skeleton(node: ast.expr) -> str | None:
    """A text with ``1`` where the code fills something in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "1" for v in node.values)
    return None


def allowed_texts() -> Iterator[tuple[str, str]]:
    """File and text of everything that the code says is allowed."""
    folders = ("sim", "scenarios", "calibration", "viz", "innocluster")
    for path in (p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            texts: list[ast.expr] = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ERRORS:
                    texts += [k.value for k in node.keywords if k.arg == "allowed"]
                    texts += node.args[-1:]
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "allowed":
                texts.append(node.value)
            for text in texts:
                told = skeleton(text)
                if told is not None and any(c.isalpha() for c in told):
                    yield path.relative_to(ROOT).as_posix(), told


@pytest.mark.parametrize(("file", "text"), sorted(set(allowed_texts())))
def test_what_is_allowed_is_said_in_korean(file: str, text: str) -> None:
    text = " ".join(text.split())
    assert text in PLAIN or KO("allowed", text) != text, f"{file}: no Korean for {text!r}"


@pytest.mark.parametrize("text", sorted(_ALLOWED.values()))
def test_what_scenarios_allow_is_said_in_korean(text: str) -> None:
    names = all(re.fullmatch(r"[\w-]+", part) for part in text.split(", "))
    assert names or HANGUL.search(KO("allowed", text)), text


def help_texts() -> Iterator[str]:
    def below(command: object) -> Iterator[str]:
        yield " ".join((getattr(command, "help", "") or "").split())
        for parameter in command.get_params(typer.Context(command)):  # type: ignore[attr-defined]
            yield " ".join((getattr(parameter, "help", "") or "").split())
        for one in getattr(command, "commands", {}).values():
            yield from below(one)

    yield from (text for text in below(typer.main.get_command(application)) if text)


@pytest.mark.parametrize("text", sorted(set(help_texts())))
def test_help_is_in_korean(text: str) -> None:
    assert HANGUL.search(KO("help", text)), text


@pytest.mark.parametrize("name", EVERY_REPLICATION)
def test_replications_are_described_in_korean(name: str) -> None:
    model = EVERY_REPLICATION[name]
    assert HANGUL.search(KO("title", model.title))
    for parameter in model.parameters:
        assert HANGUL.search(KO("help", parameter.meaning)), parameter.meaning
    # Names of authors and journals alone stay as they are.
    assert HANGUL.search(KO("source", model.source)) or re.match(r"[A-Z]\. ", model.source)


@pytest.mark.parametrize("name", presets())
def test_titles_are_in_korean(name: str) -> None:
    assert HANGUL.search(KO("title", Scenario.from_file(name).title))


def test_the_catalogue_is_sound() -> None:
    seen = set()
    for row in rows():
        key = (row["kind"], row["en"])
        assert key not in seen, key
        seen.add(key)
        assert row["kind"] in KINDS
        assert row["en"]
        assert row["ko"]
        gaps = {g for g in re.findall(r"\{(\w+)\}", row["en"])}
        assert set(re.findall(r"\{(\w+)\}", row["ko"])) == gaps, row


def test_an_error_is_one_line_in_either_language() -> None:
    error = InputError(
        file="command line", key="line 3, price", value="no such file",
        allowed="did you mean 'seed'? one of seed, last or the path of a TOML file",
    )  # fmt: skip
    assert error_line(error, EN) == str(error)
    assert error_line(error, KO) == (
        "명령줄: 3번째 줄, price = 그런 파일이 없음: 허용: 혹시 'seed'? 다음 중 하나: seed, last"
        " 또는 TOML 파일의 경로"
    )


def test_what_is_not_in_the_catalogue_stays_english() -> None:
    assert KO("allowed", "something that nobody wrote") == "something that nobody wrote"


def test_values_go_into_the_gaps() -> None:
    assert EN("line", "{n} seconds", n=3) == "3 seconds"
    assert KO("line", "{n} seconds", n=3) == "3초"


@pytest.mark.parametrize(
    ("environment", "system", "language"),
    [
        ({}, None, "en"),
        ({"LANG": "C"}, "Korean_Korea", "en"),
        ({"LANG": "ko_KR.UTF-8"}, None, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, None, "en"),
        ({"LC_MESSAGES": "ko_KR", "LANG": "en_US"}, None, "ko"),
        ({"LANG": "ko_KR", "INNOCLUSTER_LANG": "en"}, None, "en"),
        ({"INNOCLUSTER_LANG": "ko"}, None, "ko"),
        ({"INNOCLUSTER_LANG": "fr", "LANG": "ko"}, None, "ko"),
        ({}, "Korean_Korea", "ko"),
    ],
)
def test_the_language_is_the_systems(
    environment: dict[str, str], system: str | None, language: str
) -> None:
    assert language_wanted(environment, system) == language
