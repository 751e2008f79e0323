"""Names of agents, places and fields, and how an address names an agent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from innocluster.sim.market.demography import ENTRANT_BASE

from ...world.record import FIRM, World

if TYPE_CHECKING:
    from innocluster.sim.beginning.population import Region

    from ....words.texts import Texts

__all__ = ["Names", "agent_code", "find_agent", "firm_code"]

_CODE = re.compile(r"[0-9]{1,10}|E[0-9A-Z]{1,8}")


@dataclass(frozen=True)
class Names:
    """Names of agents, complexes, mini-clusters, sectors and fields in a language."""

    region: Region
    texts: Texts

    def _pick(self, english: tuple[str, ...], korean: tuple[str, ...]) -> tuple[str, ...]:
        return korean if self.texts.language == "ko" else english

    @property
    def complexes(self) -> tuple[str, ...]:
        """Of the complexes."""
        return self._pick(self.region.complexes.names, self.region.complexes.names_ko)

    @property
    def mini_clusters(self) -> tuple[str, ...]:
        """Of the mini-clusters."""
        return self._pick(self.region.mini_clusters.names, self.region.mini_clusters.names_ko)

    @property
    def sectors(self) -> tuple[str, ...]:
        """Of the sectors."""
        return self._pick(self.region.sectors.names, self.region.sectors.names_ko)

    @property
    def fields(self) -> tuple[str, ...]:
        """Of the technology fields."""
        return self._pick(self.region.fields, self.region.fields_ko)

    @property
    def bodies(self) -> tuple[str, ...]:
        """Of universities and institutes."""
        return self._pick(self.region.research_bodies.names, self.region.research_bodies.names_ko)

    def agent(self, world: World, number: int) -> str:
        """A firm by the number of its draws, others by name."""
        if world.kind[number] != FIRM:
            return self.bodies[number]
        return self.texts("page.agent.firm", number=firm_code(int(world.identifier[number])))


def firm_code(identifier: int) -> str:
    """Short name of a firm: its number, or letters and digits for one that entered later."""
    if identifier < ENTRANT_BASE:
        return str(identifier)
    return f"E{np.base_repr(identifier, 36)}"


def find_agent(world: World, code: str) -> int | None:
    """Number of the agent that an address names, such as ``firm-12``; ``None`` for no such one."""
    kind, _, text = code.partition("-")
    is_firm = kind == "firm"
    if not _CODE.fullmatch(text.upper()) or not (is_firm or kind == "body"):
        return None
    number = int(text) if text.isdigit() else int(text[1:], 36)
    found = (world.identifier == number) & ((world.kind == FIRM) == is_firm)
    numbers = found.nonzero()[0]
    return int(numbers[0]) if numbers.size else None


def agent_code(world: World, number: int) -> str:
    """How an address names an agent."""
    kind = "firm" if world.kind[number] == FIRM else "body"
    return f"{kind}-{firm_code(int(world.identifier[number]))}"
