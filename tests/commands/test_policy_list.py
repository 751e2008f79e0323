"""The policies in words: complete, in both languages, at the width of a terminal."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from innocluster.commands.terminal.policy_list import describe_policies, instruments, print_policies
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies import POLICIES
from innocluster.viz.words.messages import Messages
from innocluster.viz.words.texts import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_policy_is_explained_at_80_columns(language: str) -> None:
    stream = io.StringIO()
    rows = describe_policies(None, language)
    print_policies(rows, language, Console(file=stream, width=80))
    text = stream.getvalue()
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    words = "".join(text.split())
    for policy in POLICIES.values():
        korean = language == "ko"
        for told in (
            policy.key,
            policy.name_ko if korean else policy.name,
            policy.summary_ko if korean else policy.summary,
            policy.knows_ko if korean else policy.knows,
            Messages(language)("source", policy.source),
        ):
            assert "".join(told.split()) in words
    assert "grants for joint R&D" in " ".join(text.split()) or language == "ko"


def test_instruments_are_what_the_policy_uses() -> None:
    used = {key: instruments(policy) for key, policy in POLICIES.items()}
    assert used["P0"] == []
    assert used["P0L"] == used["P10"] == ["payments"]
    assert used["P5"] == ["joining", "events", "tasks", "grants"]
    assert "unscreened_grants" in used["P3"]
    assert used["P14"][-1] == used["P1"][-1] == "roles"


def test_one_policy_by_id_or_key_in_any_case() -> None:
    (by_id,) = describe_policies("p6", "ko")
    assert by_id == describe_policies("Optimal-Distance", "ko")[0]
    assert by_id["name"] == POLICIES["P6"].name_ko
    with pytest.raises(InputError, match="command line: policy = P99"):
        describe_policies("P99", "en")
