"""The tables of a region other than its complexes: sectors, mini-clusters, bodies, governance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.beginning.population import (
    ContactPlan,
    Governance,
    MiniClusters,
    ResearchBodies,
    Sectors,
)
from innocluster.sim.innovation.grants import GrantRules

from ..errors import InputError
from .cells import (
    Table,
    choice,
    integer,
    key_of,
    mixture,
    number,
    read_table,
    text,
    weights_of_keys,
)

__all__ = [
    "read_budget",
    "read_contacts",
    "read_fields",
    "read_governance",
    "read_grants",
    "read_mini_clusters",
    "read_research_bodies",
    "read_sector_mix",
    "read_sectors",
]

Floats = NDArray[np.float64]

# Shares printed with three decimals add to one only about.
_TOLERANCE_OF_SHARES = 1e-3
_LEVELS = ("committee", "ministry", "secretariat", "promotion-group")


# Rules of `programme.csv`: attribute of `GrantRules`, name in the file, smallest and largest value.
_GRANT_RULES = (
    ("share_small", "grant_share_small", 0.0, 1.0),
    ("share_medium", "grant_share_medium", 0.0, 1.0),
    ("share_large", "grant_share_large", 0.0, 1.0),
    ("medium_from", "medium_from_employees", 1.0, 1e6),
    ("large_from", "large_from_employees", 1.0, 1e6),
    ("cap", "grant_cap", 0.0, 1e6),
    ("consortium_cap", "consortium_grant_cap", 0.0, 1e6),
    ("reserved_share", "joint_research_share", 0.0, 1.0),
)


def read_grants(folder: Path) -> GrantRules:
    """`programme.csv`: what the programme pays for joint R&D."""
    columns = {"quantity": text, "value": text, "source": text}
    table = read_table(folder, "programme.csv", columns)
    row = table.named_rows("quantity", [name for _, name, _, _ in _GRANT_RULES])
    return GrantRules(
        **{
            attribute: float(table.read(row[name], "value", number(low, high)))
            for attribute, name, low, high in _GRANT_RULES
        }
    )


def read_fields(folder: Path) -> Table:
    """`fields.csv`: key and names of the technology fields."""
    columns = {"key": key_of, "name": text, "name_ko": text, "source": text}
    table = read_table(folder, "fields.csv", columns)
    table.unique("key")
    return table


def read_sectors(folder: Path, fields: list[str]) -> Sectors:
    """`sectors.csv` and `technology_profiles.csv`; each sector's weights are scaled to sum 1."""
    ratio = number(0.01, 1.0)
    columns = {
        "key": key_of,
        "name": text,
        "name_ko": text,
        "value_added_ratio": ratio,
        "technical_progress": number(-0.1, 0.1),
        "rivals_growth": number(-0.1, 0.1),
        "material_prices": number(0, 1),
        "export_markets": weights_of_keys,
        "source": text,
    }
    table = read_table(folder, "sectors.csv", columns)
    table.unique("key")
    keys = tuple(table.column("key"))
    weights = read_table(
        folder,
        "technology_profiles.csv",
        {"sector": choice(keys), "field": choice(fields), "weight": number(0, 1e6), "source": text},
    )
    weights.unique("sector", "field")
    profile = np.zeros((len(keys), len(fields)))
    for row in weights.rows:
        profile[row["sector"], row["field"]] = row["weight"]
    total = profile.sum(axis=1)
    if not total.all():
        empty = keys[int(np.flatnonzero(total == 0.0)[0])]
        raise InputError(
            file=weights.path,
            key="weight",
            value=f"nothing for {empty}",
            allowed="at least one weight above 0 for every sector",
        )
    return Sectors(
        keys=keys,
        names=tuple(table.column("name")),
        names_ko=tuple(table.column("name_ko")),
        value_added_ratio=table.floats("value_added_ratio"),
        profile=profile / total[:, None],
        technical_progress=table.floats("technical_progress"),
        rivals_growth=table.floats("rivals_growth"),
        material_prices=table.floats("material_prices"),
        export_markets=tuple(table.column("export_markets")),
    )


def read_sector_mix(
    folder: Path, complexes: tuple[str, ...], sectors: tuple[str, ...]
) -> tuple[Floats, Floats, Floats]:
    """`sector_mix.csv`: firm shares, production shares and size weights, (C, H) each."""
    share = number(1e-6, 1.0)
    columns = {
        "complex": choice(complexes),
        "sector": choice(sectors),
        "firm_share": share,
        "production_share": share,
        "size_weight": number(1e-3, 1e3),
        "source": text,
    }
    table = read_table(folder, "sector_mix.csv", columns)
    table.unique("complex", "sector")
    shape = (len(complexes), len(sectors))
    firm_share, production_share, size_weight = np.zeros(shape), np.zeros(shape), np.ones(shape)
    for row in table.rows:
        place = (row["complex"], row["sector"])
        firm_share[place] = row["firm_share"]
        production_share[place] = row["production_share"]
        size_weight[place] = row["size_weight"]
    for name, shares in (("firm_share", firm_share), ("production_share", production_share)):
        for key, total in zip(complexes, shares.sum(axis=1), strict=True):
            if abs(total - 1.0) > _TOLERANCE_OF_SHARES:
                raise InputError(
                    file=table.path,
                    key=f"sum of {name} in {key}",
                    value=f"{total:.6g}",
                    allowed="shares that sum to 1",
                )
    return (
        firm_share / firm_share.sum(axis=1, keepdims=True),
        production_share / production_share.sum(axis=1, keepdims=True),
        size_weight,
    )


def read_mini_clusters(
    folder: Path, complexes: tuple[str, ...], sectors: Sectors, fields: list[str]
) -> MiniClusters:
    """`mini_clusters.csv`, in the order of the complexes and of the file within each.

    A theme is a mixture of sectors, each standing for its technology profile, and of fields.
    """
    columns = {
        "name": text,
        "name_ko": text,
        "complex": choice(complexes),
        "theme": mixture([*sectors.keys, *fields]),
        "source": text,
    }
    table = read_table(folder, "mini_clusters.csv", columns)
    table.unique("complex", "name")
    rows = sorted(table.rows, key=lambda row: int(row["complex"]))
    return MiniClusters(
        names=tuple(row["name"] for row in rows),
        names_ko=tuple(row["name_ko"] for row in rows),
        complex=np.array([row["complex"] for row in rows], dtype=np.int64),
        theme=np.array([_theme(row["theme"], sectors.profile) for row in rows]),
    )


def _theme(weights: list[float], profile: Floats) -> Floats:
    """Fields of a mixture of sectors and fields; summed in a fixed order."""
    sectors = profile.shape[0]
    theme = np.array(weights[sectors:])
    for weight, fields in zip(weights, profile, strict=False):
        theme += weight * fields
    return theme


def read_research_bodies(
    folder: Path, complexes: tuple[str, ...], fields: list[str], level: float
) -> ResearchBodies:
    """`research_bodies.csv`; the knowledge vectors have length `level`."""
    kinds = ("university", "institute")
    columns = {
        "name": text,
        "name_ko": text,
        "complex": choice(complexes),
        "kind": choice(kinds),
        "researchers": number(1, 1e6),
        "applied_share": number(0, 1),
        "transfer_capacity": number(0, 1e6),
        "project_capacity": integer(0, 1000),
        "profile": mixture(fields),
        "source": text,
    }
    table = read_table(folder, "research_bodies.csv", columns)
    table.unique("complex", "name")
    profile = np.array(table.column("profile"), dtype=np.float64)
    return ResearchBodies(
        names=tuple(table.column("name")),
        names_ko=tuple(table.column("name_ko")),
        institute=table.integers("kind") == kinds.index("institute"),
        complex=table.integers("complex"),
        researchers=table.floats("researchers"),
        applied_share=table.floats("applied_share"),
        transfer_capacity=table.floats("transfer_capacity"),
        project_capacity=table.integers("project_capacity"),
        knowledge=level * profile / np.sqrt((profile * profile).sum(axis=1, keepdims=True)),
    )


def read_governance(folder: Path) -> Governance:
    """`governance.csv`: the four levels from the top down."""
    columns = {
        "level": text,
        "name": text,
        "name_ko": text,
        "decision_period_months": integer(1, 120),
        "lag_months": integer(0, 120),
        "overhead_share": number(0, 0.9),
        "distance_noise": number(0, 10),
        "source": text,
    }
    table = read_table(folder, "governance.csv", columns)
    place = table.named_rows("level", _LEVELS)
    table = Table(
        table.path,
        [table.rows[place[level]] for level in _LEVELS],
        [table.lines[place[level]] for level in _LEVELS],
    )
    return Governance(
        names=tuple(table.column("name")),
        names_ko=tuple(table.column("name_ko")),
        decision_period=table.integers("decision_period_months"),
        lag=table.integers("lag_months"),
        overhead=table.floats("overhead_share"),
        noise=table.floats("distance_noise"),
    )


def read_budget(folder: Path) -> dict[int, float]:
    """`budget.csv`: calendar year to KRW million."""
    columns = {"year": integer(2003, 2100), "budget_bn": number(0, 1e6), "source": text}
    table = read_table(folder, "budget.csv", columns)
    table.unique("year")
    return {row["year"]: row["budget_bn"] * 1e3 for row in table.rows}


def read_contacts(folder: Path) -> dict[int, ContactPlan]:
    """`contacts.csv`: calendar year to the contact events planned, formal meetings among them."""
    events = number(0, 1e7)
    columns = {
        "year": integer(2003, 2100),
        "contacts": events,
        "formal_meetings": events,
        "source": text,
    }
    table = read_table(folder, "contacts.csv", columns)
    table.unique("year")
    for n, row in enumerate(table.rows):
        if row["formal_meetings"] > row["contacts"]:
            raise table.error(n, "formal_meetings", f"at most all contacts, {row['contacts']:g}")
    return {row["year"]: ContactPlan(row["contacts"], row["formal_meetings"]) for row in table.rows}
