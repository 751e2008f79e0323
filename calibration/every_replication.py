"""Every replication by name, in the order in which help lists them."""

from __future__ import annotations

from .displacement import DISPLACEMENT
from .frozen_world import FROZEN_WORLD
from .meetings_trial import MEETINGS_TRIAL
from .published.firm_growth import BOTTAZZI_SECCHI
from .published.innovation_networks import COWAN_JONARD_ZIMMERMANN
from .published.knowledge_barter import COWAN_JONARD
from .published.replications import REPLICATIONS, Replication
from .research_response import RESEARCH_RESPONSE

__all__ = ["EVERY_REPLICATION"]

EVERY_REPLICATION: dict[str, Replication] = {
    **REPLICATIONS,
    **{own.name: own for own in (FROZEN_WORLD, DISPLACEMENT, MEETINGS_TRIAL, RESEARCH_RESPONSE)},
    **{
        published.name: published
        for published in (COWAN_JONARD, COWAN_JONARD_ZIMMERMANN, BOTTAZZI_SECCHI)
    },
}
