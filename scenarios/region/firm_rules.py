"""Rules of the synthetic population: laws of size, totals to be met, shares to be solved for.

Sums run in the order of the rows and exponentials come from
`innocluster.agents.elementary`, so that every processor gives the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.elementary import exp, exp_array, log, log_array, normal_quantile

__all__ = [
    "Floats",
    "Integers",
    "allotted",
    "closest_theme",
    "export_shares",
    "group_sums",
    "lower_truncation",
    "normal_quantiles",
    "own_brand",
    "productivity_exponent",
    "quotas",
    "ranks",
    "shared",
    "split_export_share",
    "truncated_pareto",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_HALVINGS = 60
_LARGEST_LOG_ODDS = 20.0


def group_sums(values: Floats, group: Integers, groups: int) -> Floats:
    """Sum of `values` in each of `groups`, added up in row order."""
    sums: Floats = np.bincount(group, weights=values, minlength=groups).astype(np.float64)
    return sums


def shared(weights: Floats, group: Integers, totals: Floats) -> Floats:
    """`weights` scaled within each group, so that they add up to the group's total."""
    sums = group_sums(weights, group, totals.size)
    scale = np.divide(totals, sums, out=np.zeros(totals.size), where=sums > 0.0)
    return np.asarray(weights * scale[group])


def allotted(weights: Floats, total: int) -> Integers:
    """Whole numbers in proportion to `weights` that add up to `total` (largest remainder).

    Ties go to the earlier entry.
    """
    share = weights * (total / float(np.cumsum(weights)[-1]))
    whole = np.floor(share).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(-(share - whole), kind="stable")
    whole[order[:missing]] += 1
    return whole


def ranks(score: Floats, group: Integers, count: Integers, identifier: Integers) -> Integers:
    """Rank of every entry within its group, 0 for the smallest score.

    Parameters
    ----------
    score, group, identifier : (N,)
        What is ranked, where, and what decides between equals.
    count : (G,)
        Entries of each group.
    """
    order = np.lexsort((identifier, score, group))
    first = np.cumsum(count) - count
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size) - first[group[order]]
    return rank


@compiled
def normal_quantiles(u: Floats) -> Floats:
    """Standard normal quantile of every element of a one-dimensional array."""
    result = np.empty_like(u)
    for i in range(u.size):
        result[i] = normal_quantile(u[i])
    return result


def _pareto_mean(exponent: float, smallest: float, largest: float) -> float:
    """Mean of a Pareto law between `smallest` and `largest`."""
    span = log(largest / smallest)
    if span < 1e-9:
        return smallest
    mass = 1.0 - exp(-exponent * span)
    rest = (1.0 - exponent) * span
    # (e^x - 1)/x, whose limit at exponent 1 is the logarithm
    growth = (exp(rest) - 1.0) / rest if abs(rest) > 1e-6 else 1.0 + 0.5 * rest
    return exponent * smallest * span * growth / mass


def lower_truncation(mean: float, exponent: float, largest: float) -> float:
    """Lower end of a Pareto law with this mean, tail exponent and upper end."""
    low = log(1e-6 * mean)
    high = log(mean)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _pareto_mean(exponent, exp(middle), largest) < mean:
            low = middle
        else:
            high = middle
    return exp(0.5 * (low + high))


def truncated_pareto(tail: Floats, exponent: float, smallest: float, largest: float) -> Floats:
    """Sizes that a share `tail` of a truncated Pareto law exceeds."""
    upper = exp(-exponent * log(largest / smallest))
    return np.asarray(smallest * exp_array(-log_array(upper + tail * (1.0 - upper)) / exponent))


def productivity_exponent(
    log_size: Floats,
    scatter: Floats,
    group: Integers,
    totals: Floats,
    value_added_ratio: Floats,
    large: NDArray[np.bool_],
    ratio: float,
) -> float:
    """Elasticity of sales per worker to size that gives small firms the wanted productivity.

    Parameters
    ----------
    log_size, scatter : (N,)
        Log employees and deviation of log sales per worker.
    group, totals : (N,), (G,)
        Complex and sector of a firm, and the sales of each, KRW million.
    value_added_ratio : (N,)
        Value added over sales.
    large : (N,)
        Whether the firm is large.
    ratio : float
        Value added per worker of small and medium firms over that of large ones.

    Returns
    -------
    float
        0 to 3; 0 where one class is missing or the ratio is lower without it.
    """
    workers = exp_array(log_size)
    heads = group_sums(workers, large.astype(np.int64), 2)
    if not heads.all():
        return 0.0
    low, high = 0.0, 3.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        sales = shared(exp_array((1.0 + middle) * log_size + scatter), group, totals)
        added = group_sums(sales * value_added_ratio, large.astype(np.int64), 2) / heads
        if added[0] > ratio * added[1]:
            low = middle
        else:
            high = middle
    # The lower end, so that no exponent remains where none is needed.
    return low


def quotas(
    time: Floats, members: NDArray[np.bool_], share: float, first: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which `members` are among the fastest, a rounded `share` of them, the `first` in any case."""
    rows = np.flatnonzero(members)
    wanted = max(int(share * rows.size + 0.5), int((first & members).sum()))
    chosen = np.zeros(time.size, np.bool_)
    chosen[rows[np.argsort(time[rows], kind="stable")[:wanted]]] = True
    return chosen


@inlined
def _class_means(
    sales_small: float, sales_large: float, exports: float, most: float, log_odds: float
) -> tuple[float, float]:
    """Export shares of both classes of a complex whose odds differ by `log_odds`."""
    low = -_LARGEST_LOG_ODDS
    high = _LARGEST_LOG_ODDS
    small = 0.0
    large = 0.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        small = most / (1.0 + exp(-(middle + 0.5 * log_odds)))
        large = most / (1.0 + exp(-(middle - 0.5 * log_odds)))
        if small * sales_small + large * sales_large < exports:
            low = middle
        else:
            high = middle
    return small, large


@compiled
def split_export_share(sales: Floats, exports: Floats, most: float, small_share: float) -> Floats:
    """Mean export shares of small and of large firms in every complex.

    Parameters
    ----------
    sales : (C, 2)
        Sales of small and medium and of large firms, KRW million.
    exports : (C,)
        Exports of the complex, KRW million.
    most : float
        Largest export share.
    small_share : float
        Share of small and medium firms in all exports.

    Returns
    -------
    (C, 2) export shares that meet the exports of each complex and, as far as it can
    be done with one odds ratio for all complexes, `small_share`.
    """
    result = np.empty_like(sales)
    total = 0.0
    for c in range(exports.size):
        total += exports[c]
    low = -_LARGEST_LOG_ODDS
    high = _LARGEST_LOG_ODDS
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        from_small = 0.0
        for c in range(exports.size):
            result[c, 0], result[c, 1] = _class_means(
                sales[c, 0], sales[c, 1], exports[c], most, middle
            )
            from_small += result[c, 0] * sales[c, 0]
        if from_small < small_share * total:
            low = middle
        else:
            high = middle
    return result


@compiled
def export_shares(
    scatter: Floats, revenue: Floats, group: Integers, mean: Floats, most: float
) -> Floats:
    """Export share of every firm: logistic in `scatter` plus a constant for each group.

    The constants make the groups' shares of sales equal to `mean`.
    """
    groups = mean.size
    low = np.empty(groups)
    high = np.empty(groups)
    middle = np.empty(groups)
    sales = np.empty(groups)
    exports = np.empty(groups)
    result = np.empty_like(scatter)
    for g in range(groups):
        low[g] = -4.0 * _LARGEST_LOG_ODDS
        high[g] = 4.0 * _LARGEST_LOG_ODDS
        sales[g] = 0.0
    for i in range(group.size):
        sales[group[i]] += revenue[i]
    for _ in range(_HALVINGS):
        for g in range(groups):
            middle[g] = 0.5 * (low[g] + high[g])
            exports[g] = 0.0
        for i in range(group.size):
            result[i] = most / (1.0 + exp(-(scatter[i] + middle[group[i]])))
            exports[group[i]] += result[i] * revenue[i]
        for g in range(groups):
            if exports[g] < mean[g] * sales[g]:
                low[g] = middle[g]
            else:
                high[g] = middle[g]
    return result


def own_brand(exports: Floats, share: float) -> NDArray[np.bool_]:
    """Which of the firms, taken in turn, fit into a `share` of their exports."""
    taken = np.zeros(exports.size, np.bool_)
    room = share * float(np.cumsum(exports)[-1]) if exports.size else 0.0
    for i, value in enumerate(exports.tolist()):
        if value <= room:
            taken[i] = True
            room -= value
    return taken


def closest_theme(
    knowledge: Floats, complex_: Integers, theme: Floats, theme_complex: Integers
) -> Integers:
    """Mini-cluster of the firm's complex with the highest cosine to its knowledge, -1 for none."""
    result = np.full(complex_.size, -1, np.int64)
    for c in np.unique(theme_complex):
        firms, themes = np.flatnonzero(complex_ == c), np.flatnonzero(theme_complex == c)
        product = np.zeros((firms.size, themes.size))
        squares = np.zeros(themes.size)
        # Field by field, so that every processor adds up in the same order.
        for field in range(theme.shape[1]):
            product += np.outer(knowledge[firms, field], theme[themes, field])
            squares += theme[themes, field] * theme[themes, field]
        result[firms] = themes[np.argmax(product / np.sqrt(squares), axis=1)]
    return result
