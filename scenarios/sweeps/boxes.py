"""Boxes in the space of inputs: their limits, what they hold; boxes of a classification tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Box", "Limit", "Space", "excess", "limits_of", "tree_boxes"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LEAST_LEAF = 0.05


@dataclass(frozen=True)
class Limit:
    """What a box asks of one input.

    Attributes
    ----------
    name : of the input
    low, high : ends of a number, both inside; ``None`` where a side is open
    levels : allowed levels of a text; ``None`` for a number
    p : quasi-p-value, `nan` where none was computed
    """

    name: str
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] | None = None
    p: float = float("nan")

    def with_p(self, p: float) -> Limit:
        """The same with a quasi-p-value."""
        return replace(self, p=p)


@dataclass(frozen=True)
class Box:
    """A box and the runs in it.

    Attributes
    ----------
    limits : one for every input that it limits
    runs, cases : inside
    coverage : share of all cases that lie inside
    density : share of cases among the runs inside
    share : share of cases among all runs
    """

    limits: tuple[Limit, ...]
    runs: int
    cases: int
    coverage: float
    density: float
    share: float


@dataclass(frozen=True)
class Space:
    """Inputs of the runs as numbers: a number itself, a text as the place of its level.

    Attributes
    ----------
    names : of the inputs
    values : (n, d)
    levels : levels of each text, empty for a number
    """

    names: tuple[str, ...]
    values: Floats
    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, inputs: pd.DataFrame) -> Space:
        """From a table with a run a row.

        Raises
        ------
        InputError
            For a missing value, with the number of its run.
        """
        from pandas.api.types import is_bool_dtype, is_numeric_dtype

        columns: list[Floats] = []
        levels: list[tuple[str, ...]] = []
        for name, column in inputs.items():
            missing = column.isna().to_numpy()
            if missing.any():
                raise InputError(
                    file="runs", key=f"{name}, run {int(np.argmax(missing))}", value="nan",
                    allowed="a value of every input",
                )  # fmt: skip
            if is_numeric_dtype(column) and not is_bool_dtype(column):
                columns.append(column.to_numpy(dtype=np.float64))
                levels.append(())
            else:
                known, codes = np.unique(column.astype(str).to_numpy(), return_inverse=True)
                columns.append(codes.astype(np.float64))
                levels.append(tuple(str(level) for level in known))
        return cls(tuple(str(n) for n in inputs.columns), np.column_stack(columns), tuple(levels))

    def rows(self, rows: Integers) -> Space:
        """The same inputs for a choice of runs."""
        return replace(self, values=self.values[rows])

    def slices(self, inside: Flags, share: float) -> Iterator[Integers]:
        """Rows that one peel could take off the runs inside.

        About a share at either end of a number, where values stand together all of the same
        value; a level of a text.
        """
        rows = np.flatnonzero(inside)
        wanted = max(1, int(share * rows.size))
        for j, levels in enumerate(self.levels):
            values = self.values[rows, j]
            if levels:
                for level in np.unique(values)[: None if np.ptp(values) else 0]:
                    yield rows[values == level]
                continue
            ordered = (
                np.partition(values, (0, wanted, -wanted - 1, -1)) if wanted < rows.size else values
            )
            least, most = ordered[0], ordered[-1]
            if least == most or wanted >= rows.size:
                continue
            low, high = ordered[wanted], ordered[-wanted - 1]
            yield rows[values < low] if low > least else rows[values == least]
            yield rows[values > high] if high < most else rows[values == most]

    def widened(self, inside: Flags, share: float) -> Iterator[Flags]:
        """Runs inside after one limit is moved out by about a share of the runs inside."""
        limits = limits_of(self, inside)
        wanted = max(1, int(share * inside.sum()))
        for limit in limits:
            others = [other for other in limits if other is not limit]
            beside = self.inside(others)
            values = self.values[:, self.names.index(limit.name)]
            if limit.levels is not None:
                levels = self.levels[self.names.index(limit.name)]
                for level in set(levels) - set(limit.levels):
                    more = replace(limit, levels=(*limit.levels, level))
                    yield self.inside([*others, more])
                continue
            if limit.low is not None:
                below = np.sort(values[beside & (values < limit.low)])
                if below.size:
                    yield self.inside(
                        [*others, replace(limit, low=float(below[-min(wanted, below.size)]))]
                    )
            if limit.high is not None:
                above = np.sort(values[beside & (values > limit.high)])
                if above.size:
                    yield self.inside(
                        [*others, replace(limit, high=float(above[min(wanted, above.size) - 1]))]
                    )

    def inside(self, limits: Sequence[Limit]) -> Flags:
        """Which runs meet all limits."""
        result = np.ones(len(self.values), dtype=bool)
        for limit in limits:
            j = self.names.index(limit.name)
            values = self.values[:, j]
            if limit.levels is not None:
                result &= np.isin(values, [self.levels[j].index(level) for level in limit.levels])
                continue
            if limit.low is not None:
                result &= values >= limit.low
            if limit.high is not None:
                result &= values <= limit.high
        return result


def excess(cases: Flags, inside: Flags) -> float:
    """Log likelihood ratio of a higher share of cases inside than outside, 0 where it is lower."""
    count, hits = int(inside.sum()), int(cases[inside].sum())
    total, all_hits = len(cases), int(cases.sum())
    if count in (0, total) or hits / count <= all_hits / total:
        return 0.0
    parts = ((hits, count), (all_hits - hits, total - count))
    return sum(_likelihood(*part) for part in parts) - _likelihood(all_hits, total)


def _likelihood(hits: int, count: int) -> float:
    """Largest log likelihood of so many hits."""
    result = 0.0
    for number in (hits, count - hits):
        if number:
            result += number * float(np.log(number / count))
    return result


def limits_of(space: Space, inside: Flags) -> list[Limit]:
    """The tightest limits around the runs inside, where they differ from those of all runs."""
    result = []
    for name, values, levels in zip(space.names, space.values.T, space.levels, strict=True):
        own = values[inside]
        if levels:
            kept = np.unique(own).astype(int)
            if kept.size < np.unique(values).size:
                result.append(Limit(name, levels=tuple(levels[i] for i in kept)))
            continue
        low = float(own.min()) if own.min() > values.min() else None
        high = float(own.max()) if own.max() < values.max() else None
        if low is not None or high is not None:
            result.append(Limit(name, low, high))
    return result


def tree_boxes(inputs: pd.DataFrame, cases: Flags) -> list[Box]:
    """Boxes with more cases than elsewhere, by a classification tree; none where it stays a root.

    The tree is cut back to the smallest whose cross-validated error is within one standard
    error of the least: L. Breiman, J. H. Friedman, R. A. Olshen and C. J. Stone (1984),
    "Classification and regression trees".
    """
    from sklearn.model_selection import cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    space, target = Space.of(inputs), np.asarray(cases, dtype=bool)
    if min(target.sum(), (~target).sum()) < 10:
        return []
    names: list[tuple[int, float | None]] = []
    for j, levels in enumerate(space.levels):
        names.extend((j, float(code)) for code in range(len(levels)))
        if not levels:
            names.append((j, None))
    table = np.column_stack([
        space.values[:, j] if code is None else space.values[:, j] == code for j, code in names
    ])  # fmt: skip

    def grown(pruning: float) -> DecisionTreeClassifier:
        return DecisionTreeClassifier(
            min_samples_leaf=_LEAST_LEAF, ccp_alpha=pruning, random_state=1
        )

    steps = grown(0.0).cost_complexity_pruning_path(table, target)["ccp_alphas"]
    steps = np.unique(np.maximum(steps, 0.0))
    middles = np.append(np.sqrt(steps[:-1] * steps[1:]), steps[-1] + 1e-9)
    middles = middles[np.linspace(0, len(middles) - 1, min(12, len(middles))).astype(int)]
    scores = np.array([
        cross_val_score(grown(step), table, target, cv=10, scoring="neg_brier_score")
        for step in middles
    ])  # fmt: skip
    mean, error = scores.mean(axis=1), scores.std(axis=1, ddof=1) / np.sqrt(scores.shape[1])
    best = int(np.argmax(mean))
    pruning = float(middles[mean >= mean[best] - error[best]].max())
    tree = grown(pruning).fit(table, target)
    leaf, features = tree.apply(table), tree.tree_.feature
    found = []
    for number in np.unique(leaf):
        within = leaf == number
        hits, count = int(target[within].sum()), int(within.sum())
        if within.all() or hits / count <= target.mean():
            continue
        passed = tree.decision_path(table[within][:1]).indices
        asked = {space.names[names[features[node]][0]] for node in passed if features[node] >= 0}
        limits = tuple(limit for limit in limits_of(space, within) if limit.name in asked)
        shares = hits / int(target.sum()), hits / count, float(target.mean())
        found.append(Box(limits, count, hits, *shares))
    return sorted(found, key=lambda box: -box.coverage)
