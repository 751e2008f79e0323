"""A region from its folder of CSV files: read, checked against itself and scaled to its totals.

The tables hold the best public figures for each complex; their sums differ from
the region's published totals by about one per cent, hence production and
exports are scaled so that the totals are met and the shares kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.beginning.population import Complexes, Region
from innocluster.sim.market.places import LandSupply

from ..errors import InputError
from ..files import PRESET_FOLDER
from .cells import Table, flag, integer, key_of, number, read_table, text
from .land import read_land
from .parts import (
    read_budget,
    read_contacts,
    read_fields,
    read_governance,
    read_grants,
    read_mini_clusters,
    read_research_bodies,
    read_sector_mix,
    read_sectors,
)

__all__ = ["FIRM_FACTS", "SurveyedRegion", "load_region"]

Floats = NDArray[np.float64]


# What the synthesis of firms needs to know beside the tables, with the values it can bear.
FIRM_FACTS: dict[str, tuple[float, float]] = {
    "large_from_employees": (2, 1e6),
    "small_research_share": (0, 1),
    "large_research_share": (0, 1),
    "research_size_elasticity": (0, 3),
    "research_intensity_spread": (0, 2),
    "productivity_ratio": (0.01, 1),
    "productivity_spread": (0, 2),
    "productivity_spread_exponent": (0, 1),
    "small_export_share": (0.001, 0.999),
    "largest_export_share": (0.01, 1),
    "export_spread": (0, 3),
    "small_own_brand_share": (0, 1),
    "large_own_brand_share": (0, 1),
    "own_brand_research_odds": (0.01, 100),
    "odm_share": (0, 1),
    "knowledge_spread": (0, 2),
    "knowledge_level_spread": (0, 2),
    "knowledge_level_research": (0.01, 100),
    "knowledge_level_plain": (0.01, 100),
    "knowledge_level_body": (0.01, 100),
}

_EARTH_RADIUS = 6371.0
_TOLERANCE_OF_TOTALS = 0.10
_MOST_COMPLEXES = 100
_LARGEST_FIRMS = 200_000
_MOST_FIRMS = 500_000
_QUANTITIES = (
    "name",
    "production_tn",
    "exports_corrected_usd_bn",
    "exports_as_printed_usd_bn",
    "krw_per_usd",
)


@dataclass(frozen=True)
class SurveyedRegion(Region):
    """A region with what surveys say of its firms: all that the synthesis of firms needs.

    Attributes
    ----------
    facts : name -> value of `FIRM_FACTS`
    won_per_dollar : KRW per USD in 2003
    research_share : (C,) R&D spending over sales
    size_exponent : (C,) tail exponent of firm sizes by employees
    largest_employees : (C,) upper end of the law of firm sizes, persons
    firm_share : (C, H) share of the complex's firms in each sector
    production_share : (C, H) share of the complex's production
    size_weight : (C, H) relative chance that a firm is among the largest of the complex
    """

    facts: dict[str, float]
    won_per_dollar: float
    research_share: Floats
    size_exponent: Floats
    largest_employees: Floats
    firm_share: Floats
    production_share: Floats
    size_weight: Floats


def load_region(
    folder: Path | str | None = None,
    exports: Literal["corrected", "as_printed"] = "corrected",
) -> SurveyedRegion:
    """Region of a folder.

    Parameters
    ----------
    folder : Path or str
        Folder with the CSV files; the seven pilot complexes if omitted.
    exports : {"corrected", "as_printed"}
        Total exports of 2003: USD 67 bn, or 6.7 bn as the article printed by a slip.

    Raises
    ------
    InputError
        For any file, cell, share or total that is wrong.
    """
    path = PRESET_FOLDER if folder is None else Path(folder)
    if not path.is_dir():
        raise InputError(
            file=path, key="region", value="no such folder", allowed="a folder with a region's CSV"
        )
    totals = _totals(path, exports)
    facts = _facts(path)
    fields = read_fields(path)
    field_keys = fields.column("key")
    sectors = read_sectors(path, field_keys)
    table = _complex_table(path)
    land = read_land(path, table)
    complexes = _complexes(table, land, totals, facts["largest_export_share"], exports)
    mix = read_sector_mix(path, complexes.keys, sectors.keys)
    return SurveyedRegion(
        name=totals.name,
        complexes=complexes,
        land=land,
        sectors=sectors,
        mini_clusters=read_mini_clusters(path, complexes.keys, sectors, field_keys),
        research_bodies=read_research_bodies(
            path, complexes.keys, field_keys, facts["knowledge_level_body"]
        ),
        governance=read_governance(path),
        fields=tuple(fields.column("name")),
        fields_ko=tuple(fields.column("name_ko")),
        budget=read_budget(path),
        contacts=read_contacts(path),
        grants=read_grants(path),
        facts=facts,
        won_per_dollar=totals.won_per_dollar,
        research_share=table.floats("research_intensity_percent") / 100.0,
        size_exponent=table.floats("large_size_exponent"),
        largest_employees=table.floats("largest_employees"),
        firm_share=mix[0],
        production_share=mix[1],
        size_weight=mix[2],
    )


@dataclass(frozen=True)
class _Totals:
    """Totals of 2003: production in KRW tn, exports in USD bn."""

    path: Path
    name: str
    production: float
    exports: float
    won_per_dollar: float


def _totals(folder: Path, exports: str) -> _Totals:
    """`region.csv`: the name and the totals."""
    table = read_table(folder, "region.csv", {"quantity": text, "value": text, "source": text})
    row = table.named_rows("quantity", _QUANTITIES)

    def value(name: str) -> float:
        return float(table.read(row[name], "value", number(1e-6, 1e6)))

    return _Totals(
        path=table.path,
        name=table.rows[row["name"]]["value"],
        production=value("production_tn"),
        exports=value(f"exports_{exports}_usd_bn"),
        won_per_dollar=value("krw_per_usd"),
    )


def _facts(folder: Path) -> dict[str, float]:
    """`firm_facts.csv`: each of `FIRM_FACTS` once."""
    table = read_table(folder, "firm_facts.csv", {"name": text, "value": text, "source": text})
    row = table.named_rows("name", FIRM_FACTS)
    return {
        name: float(table.read(row[name], "value", number(*limits)))
        for name, limits in FIRM_FACTS.items()
    }


def _complex_table(folder: Path) -> Table:
    """`complexes.csv` with the checks that concern one complex alone."""
    firms = integer(1, _LARGEST_FIRMS)
    columns = {
        "key": key_of,
        "name": text,
        "name_ko": text,
        "established": flag,
        "latitude": number(-90, 90),
        "longitude": number(-180, 180),
        "firms": firms,
        "employees": integer(1, 10**9),
        "production_tn": number(1e-9, 1e6),
        "exports_usd_bn": number(0, 1e6),
        "research_intensity_percent": number(0, 50),
        "founding_members": integer(0, _LARGEST_FIRMS),
        "unsold_plots": integer(0, _LARGEST_FIRMS),
        "contracted_plots": integer(0, _LARGEST_FIRMS),
        "rented_share": number(0, 0.95),
        "room_growth": number(0, 1),
        "applicants": number(0, _LARGEST_FIRMS),
        "entry_rate": number(0, 1),
        "large_size_exponent": number(0.2, 5),
        "largest_employees": number(1, 1e7),
        "source": text,
    }
    table = read_table(folder, "complexes.csv", columns)
    table.unique("key")
    if len(table.rows) > _MOST_COMPLEXES:
        raise InputError(
            file=table.path, key="rows", value=len(table.rows), allowed=f"at most {_MOST_COMPLEXES}"
        )
    everywhere = 0
    for n, row in enumerate(table.rows):
        count = row["firms"]
        everywhere += count
        if everywhere > _MOST_FIRMS:
            raise table.error(n, "firms", f"at most {_MOST_FIRMS} in all")
        if row["employees"] < count:
            raise table.error(n, "employees", f"at least one a firm, {count}")
        if row["founding_members"] > count:
            raise table.error(n, "founding_members", f"at most the number of firms, {count}")
        if row["largest_employees"] * count < row["employees"]:
            mean = math.ceil(row["employees"] / count)
            raise table.error(n, "largest_employees", f"at least the mean size, {mean}")
    return table


def _complexes(
    table: Table, land: LandSupply, totals: _Totals, largest_export_share: float, exports: str
) -> Complexes:
    """Complexes with production and exports scaled to the totals."""
    production = _scaled(table, "production_tn", totals, totals.production, check=True)
    # The printed export total is a known slip, so it cannot be checked against the sum.
    dollars = _scaled(table, "exports_usd_bn", totals, totals.exports, check=exports == "corrected")
    share = dollars * totals.won_per_dollar / (production * 1e3)
    for n in np.flatnonzero(share >= largest_export_share):
        most = largest_export_share * production[n] * 1e3 / totals.won_per_dollar
        raise table.error(int(n), "exports_usd_bn", f"less than {most:.4g} at this production")
    return Complexes(
        keys=tuple(table.column("key")),
        names=tuple(table.column("name")),
        names_ko=tuple(table.column("name_ko")),
        established=np.array(table.column("established"), dtype=np.bool_),
        latitude=table.floats("latitude"),
        longitude=table.floats("longitude"),
        distance=_distances(table.column("latitude"), table.column("longitude")),
        firms=table.integers("firms"),
        employees=table.integers("employees"),
        production=production * 1e6,
        exports=dollars * 1e3,
        founding_members=table.integers("founding_members"),
        plots=table.integers("firms") + land.unsold + land.contracted + land.released.sum(axis=1),
        entry_rate=table.floats("entry_rate"),
    )


def _scaled(table: Table, column: str, totals: _Totals, total: float, *, check: bool) -> Floats:
    """Column scaled to a total, which must be close to its sum where `check` is set."""
    values = table.floats(column)
    summed = float(math.fsum(values))
    if check and abs(summed / total - 1.0) > _TOLERANCE_OF_TOTALS:
        raise InputError(
            file=table.path,
            key=f"sum of {column}",
            value=f"{summed:.6g}",
            allowed=f"within {_TOLERANCE_OF_TOTALS:.0%} of {total:.6g} in {totals.path.name}",
        )
    return values * (total / summed)


def _distances(latitude: list[float], longitude: list[float]) -> Floats:
    """Great-circle distances in km between points in degrees (haversine formula)."""
    count = len(latitude)
    distance = np.zeros((count, count))
    for a in range(count):
        for b in range(a):
            half_north = math.radians(latitude[a] - latitude[b]) / 2.0
            half_east = math.radians(longitude[a] - longitude[b]) / 2.0
            chord = math.sin(half_north) ** 2 + (
                math.cos(math.radians(latitude[a]))
                * math.cos(math.radians(latitude[b]))
                * math.sin(half_east) ** 2
            )
            angle = 2.0 * math.asin(math.sqrt(min(1.0, chord)))
            # Whole metres: the last bits of sine and cosine differ between machines.
            distance[a, b] = distance[b, a] = round(_EARTH_RADIUS * angle, 3)
    return distance
