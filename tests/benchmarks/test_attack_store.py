"""A small part of the attacks on the store; all of them: ``python benchmarks/attack_store.py``."""

from __future__ import annotations

import pytest
from attack_store import ATTACKS, Arena


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Arena:
    return Arena(tmp_path_factory.mktemp("arena"), seed=7)


@pytest.mark.parametrize("name", list(ATTACKS))
def test_the_store_holds(arena: Arena, name: str) -> None:
    ATTACKS[name](arena, 1)
