"""Numbers with units as people read them: 억 원 in Korean, KRW bn in English.

Results keep one unit a measure (KRW tn, USD bn).  Levels and effects differ by
orders of magnitude, hence each has its own unit for display.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .texts import Texts

__all__ = [
    "Unit",
    "axis_label",
    "effect_unit",
    "exact",
    "indicator_label",
    "indicator_phrase",
    "level",
    "level_unit",
    "listed",
    "lowered",
    "plain",
    "precise",
    "rounded",
    "spread",
    "two_digits",
]

MINUS = "−"

_LEVELS = {
    "en": {"USD bn": ("USD bn", 1.0)},
    "ko": {"USD bn": ("USD 100m", 10.0), "KRW bn": ("KRW 100m", 10.0)},
}
_EFFECTS = {
    "en": {"KRW tn": ("KRW bn", 1e3), "USD bn": ("USD m", 1e3)},
    "ko": {"KRW tn": ("KRW 100m", 1e4), "USD bn": ("USD m", 1e3)},
}


@dataclass(frozen=True)
class Unit:
    """A unit of display.

    Attributes
    ----------
    label : what stands on axes and in tables
    amount : pattern of a number with its unit in a sentence
    factor : displayed number per number of the result
    """

    label: str
    amount: str
    factor: float

    def range(self, low: str, high: str, texts: Texts) -> str:
        """Two bounds with their unit in a sentence."""
        return self.amount.format(value=texts("amount.range", low=low, high=high))


def level_unit(unit: str, texts: Texts) -> Unit:
    """Unit in which outcomes of a result's `unit` are shown."""
    return _unit(_LEVELS, unit, texts)


def effect_unit(unit: str, texts: Texts) -> Unit:
    """Unit in which differences of a result's `unit` are shown."""
    return _unit(_EFFECTS, unit, texts)


def _unit(table: dict[str, dict[str, tuple[str, float]]], unit: str, texts: Texts) -> Unit:
    name, factor = table[texts.language].get(unit, (unit, 1.0))
    label = texts(f"unit.{name}")
    currency, _, size = name.partition(" ")
    pattern = texts.raw("amount.money" if size else "amount.count")
    # The pattern keeps its place for the number: {value} stands for itself here.
    amount = pattern.format(currency=currency, size=size, unit=label, value="{value}")
    return Unit(label, amount, factor)


def indicator_label(name: str, texts: Texts) -> str:
    """``revenue_2013`` in words."""
    if f"indicator.{name}" in texts:
        return texts(f"indicator.{name}")
    measure, _, year = name.rpartition("_")
    return texts("indicator.of_year", measure=texts(f"indicator.{measure}"), year=year)


def indicator_phrase(name: str, texts: Texts) -> str:
    """``revenue_2013`` inside a sentence."""
    if f"indicator.{name}" in texts:
        return lowered(texts(f"indicator.{name}"))
    measure, _, year = name.rpartition("_")
    label = lowered(texts(f"indicator.{measure}"))
    return texts("indicator.in_year", measure=label, year=year)


def lowered(label: str) -> str:
    """A label inside a sentence; abbreviations such as R&D keep their capitals."""
    return label if label[1:2].isupper() or label[1:2] == "&" else label[:1].lower() + label[1:]


def axis_label(measure: str, unit: str, texts: Texts) -> str:
    """Label of an axis of levels: counts need no unit beside their name."""
    name = texts(f"indicator.{measure}")
    if " " not in unit:
        return name
    return texts("fig.axis", measure=name, unit=level_unit(unit, texts).label)


def plain(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits and thousands separators."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return precise(value, min(decimals, 6))


def level(value: float, unit: str) -> str:
    """An outcome: money with three significant digits, counts in full."""
    return plain(value) if " " in unit else precise(value, 0)


def exact(value: float) -> str:
    """A figure of a source, with the digits that the source gives."""
    return f"{value:,.10g}".replace("-", MINUS)


def precise(value: float, decimals: int) -> str:
    """A number with a fixed number of decimals and a typographic minus."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:,.{decimals}f}"
    if text.strip("-0.,") == "":
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def spread(mean: float, low: float, high: float) -> tuple[str, str, str]:
    """Mean and bounds with as many decimals as the width of the interval warrants.

    No more than five significant digits of the mean, since no interval is that narrow
    for another reason than rounding.
    """
    half = (high - low) / 2.0
    scale = half if math.isfinite(half) and half > 0.0 else abs(mean)
    decimals = 0 if not scale > 0.0 else max(0, 1 - math.floor(math.log10(scale)))
    if math.isfinite(mean) and mean != 0.0:
        decimals = min(decimals, max(0, 4 - math.floor(math.log10(abs(mean)))))
    decimals = min(decimals, 6)
    return precise(mean, decimals), precise(low, decimals), precise(high, decimals)


def two_digits(mean: float, low: float, high: float) -> tuple[str, str, str]:
    """Mean and bounds of a small effect or a ratio: two digits of what is largest of it.

    Luck alone makes intervals narrow; a third digit would hang on parameters.
    """
    half = (high - low) / 2.0
    scale = max([abs(v) for v in (mean, half) if math.isfinite(v)], default=0.0)
    decimals = 0 if scale == 0.0 else min(max(0, 1 - math.floor(math.log10(scale))), 6)
    return precise(mean, decimals), precise(low, decimals), precise(high, decimals)


def rounded(value: float, digits: int = 2) -> str:
    """A number with no more than `digits` significant digits, 9,014 as 9,000."""
    return plain(float(f"{value:.{digits - 1}e}"), digits)


def listed(names: list[str], texts: Texts) -> str:
    """Names as an enumeration."""
    if len(names) < 2:
        return "".join(names)
    return texts("list.last", first=", ".join(names[:-1]), last=names[-1])
