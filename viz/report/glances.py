"""What the first screens of reports share: counts in words, round amounts, places, policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies import find_policy
from innocluster.scenarios.schema import PRESET_REGION

from ..words.quantities import Unit, rounded
from ..words.selection import complex_names

if TYPE_CHECKING:
    from ..words.texts import Texts

__all__ = ["about", "place_phrase", "policy_summary", "small_number"]


def small_number(count: int, texts: Texts) -> str:
    """A count as a word where it is small."""
    words = texts("glance.numbers").split()
    return words[count - 1] if 0 < count <= len(words) else str(count)


def about(value: float, unit: Unit) -> str:
    """An amount with two digits and its unit."""
    return unit.amount.format(value=rounded(value * unit.factor))


def place_phrase(meta: Mapping[str, Any], texts: Texts) -> str:
    """How many complexes of which kind."""
    place = "glance.place_pilot" if meta["region"] == PRESET_REGION else "glance.place"
    return texts(place, count=small_number(len(complex_names(meta, texts)) - 1, texts))


def policy_summary(policy: str, texts: Texts) -> str:
    """What the policy of an arm does; nothing where a package that added it is gone."""
    try:
        found = find_policy(policy.partition("@")[0].partition("|")[0])
    except InputError:
        return ""
    return found.summary_ko if texts.language == "ko" else found.summary
