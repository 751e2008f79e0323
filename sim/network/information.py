"""What two firms tell each other when they meet, by the forms of T3."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import inlined
from innocluster.agents.firms import FirmTable, line_share
from innocluster.agents.relations import (
    information_gain,
    information_room,
    refreshed_news,
    shared_part,
)

from ..ground.forms import Forms, form_code
from ..ground.parameter_record import Parameters
from .pairs import PairTable

__all__ = ["kept_back", "news_of_pair", "tell", "told_part"]

Floats = NDArray[np.float64]

_STRANGERS = form_code("sharing", "strangers")
_TRUST = form_code("sharing", "trust")
_TECHNOLOGY = form_code("rivalry", "technology")


@inlined
def told_part(p: Parameters, forms: Forms, familiarity: float, news: float, met: int) -> float:
    """T3: part of all its news that either of two firms tells, by the form of `sharing`.

    With trust and novelty it is [q0 + (q1 - q0)F]·N; with trust alone strangers tell nothing,
    q0 = 0; with strangers first it is q/n.  What is a flow is told as with trust and novelty.

    Parameters
    ----------
    familiarity : F before the meeting
    news : N before the meeting
    met : meetings of the two so far, with this one
    """
    if forms.sharing == _STRANGERS:
        return p.information_probability / met
    stranger = 0.0 if forms.sharing == _TRUST else p.sharing_strangers
    return shared_part(stranger, p.sharing_trusted, familiarity) * news


@inlined
def kept_back(
    p: Parameters, forms: Forms, same_sector: bool, same_niche: bool, alike: float
) -> float:
    """T3: part of what it would tell that a firm keeps from a rival, by the form of `rivalry`.

    Rivals are firms of the same niche, or all of the sector as far as their technology is the
    same, cos².

    Parameters
    ----------
    alike : cosine of what the two know
    """
    if not same_sector:
        return 0.0
    if forms.rivalry == _TECHNOLOGY:
        return alike * alike
    return p.rival_secrecy if same_niche else 0.0


@inlined
def news_of_pair(row: int, month: int, refresh: float, pairs: PairTable) -> float:
    """T3: news that a pair has left to tell this month, as fresh as since it last met."""
    return refreshed_news(pairs.news[row], refresh, month - pairs.last_met[row])


@inlined
def tell(
    row: int,
    alike: float,
    news: float,
    p: Parameters,
    forms: Forms,
    usual: Floats,
    firms: FirmTable,
    pairs: PairTable,
) -> None:
    """T3: let the two firms of a pair tell each other how to work better.

    A pair of rivals runs out of news as others do: what is held back once stays so.

    Parameters
    ----------
    alike : cosine of what the two know
    news : of the pair before the meeting
    usual : (H,) log productivity of the sector's mean firm, without luck
    """
    a, b = pairs.first[row], pairs.second[row]
    told = told_part(p, forms, pairs.familiarity[row], news, pairs.meetings[row])
    if forms.sharing != _STRANGERS:
        pairs.news[row] = news - told
    same_sector = firms.sector[a] == firms.sector[b]
    told *= 1.0 - kept_back(p, forms, same_sector, firms.niche[a] == firms.niche[b], alike)
    ours = firms.log_productivity[a] - firms.shock[a] - usual[firms.sector[a]]
    theirs = firms.log_productivity[b] - firms.shock[b] - usual[firms.sector[b]]
    if theirs > ours:
        _hear(a, ours, theirs, alike, told, p, firms)
    else:
        _hear(b, theirs, ours, alike, told, p, firms)


@inlined
def _hear(
    listener: int,
    own: float,
    other: float,
    alike: float,
    told: float,
    p: Parameters,
    firms: FirmTable,
) -> None:
    """T3: add to the productivity of the firm that is behind what it is told."""
    firms.gain_meeting[listener] += information_gain(
        p.information_gain,
        firms.absorption[listener],
        own,
        other,
        alike,
        told,
        line_share(firms.revenue[listener], p.product_line_revenue),
        information_room(firms.gain_meeting[listener], p.information_ceiling),
    )
