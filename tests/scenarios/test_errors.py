"""The one error: one line, and it survives the way back from a worker."""

import pickle

import pytest

from innocluster.scenarios.errors import InputError


@pytest.mark.parametrize(
    "value", ["a\nb\tc", "x" * 10_000, "\x1b[31m", None, float("nan"), b"\xff"]
)
def test_text_is_one_printable_line(value: object) -> None:
    text = str(InputError(file="a\nb.toml", key="se\ned", value=value, allowed="an\n integer"))
    assert text.isprintable()
    assert len(text) < 300
    assert "an integer" in text


def test_survives_pickling() -> None:
    error = InputError(file="a.toml", key="seed", value=-1, allowed="an integer from 0")
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "a.toml: seed = -1: allowed: an integer from 0"
    assert (copy.file, copy.key, copy.value) == ("a.toml", "seed", -1)
