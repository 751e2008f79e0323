"""Money without coordination: handed back, or spread over all R&D (P0L, P10)."""

from __future__ import annotations

import numpy as np

from innocluster.sim.coordination.policy import CoordinationView, Payments, Policy

__all__ = ["LumpSum", "UniformSubsidy"]


class LumpSum(Policy):
    """P0L: the same envelope goes back to all firms of each complex, by their employees.

    What reaches a complex in a month is paid out in cash, the same for every
    employee: by heads of firms it would be a programme for small firms, by sales
    one for large ones.  The levels keep the overhead that they keep under every
    policy.  Nobody joins and nobody is introduced, so that an arm that does
    better than this one does so by what its money is spent on.
    """

    id = "P0L"
    key = "lump-sum"
    name = "Lump-sum return"
    name_ko = "일괄 환급"
    summary = "No coordinator: the budget is paid out to all firms in cash, equally per employee."
    summary_ko = "코디네이터 없이 예산을 모든 기업에 종사자 수에 비례해 현금으로 나누어 준다."
    knows = "Number of employees of every firm."
    knows_ko = "모든 기업의 종사자 수를 안다."
    source = "counterfactual use of the money"
    joins = False
    events = False
    tasks = False
    grants = False

    def pay(self, view: CoordinationView) -> Payments:
        """Pay out what every complex has, per employee."""
        firms, balance = view.state.firms, view.state.balance
        rows = np.flatnonzero(firms.alive[: firms.count] == 1).astype(np.int32)
        place = firms.complex[rows]
        employees = firms.employees[rows]
        total = np.bincount(place, weights=employees, minlength=balance.size)
        return Payments(rows, balance[place] * employees / total[place], research=False)


class UniformSubsidy(Policy):
    """P10: one rate on the R&D of all performers of all complexes.

    Every month the whole envelope is shared by last month's R&D spending as firms
    declare it.  Firms have to spend it on R&D, with the additionality of grants
    (F3).  No membership, events, tasks or grants.
    """

    id = "P10"
    key = "uniform-subsidy"
    name = "Uniform R&D subsidy"
    name_ko = "균등 연구개발 보조금"
    summary = "All R&D performers get the same rate on their R&D spending; nobody is introduced."
    summary_ko = "연구개발 기업 모두에 같은 비율로 연구개발비를 보조하며 소개는 하지 않는다."
    knows = "R&D spending of last month that every firm declares."
    knows_ko = "모든 기업이 신고한 지난달 연구개발비를 안다."
    source = "tax credit benchmark; additionality doi 10.1016/j.respol.2016.01.002"
    joins = False
    events = False
    tasks = False
    grants = False

    def pay(self, view: CoordinationView) -> Payments:
        """Share the balance of all complexes in proportion to own R&D spending."""
        firms = view.state.firms
        spending = firms.research_spending[: firms.count]
        rows = np.flatnonzero((firms.alive[: firms.count] == 1) & (spending > 0.0))
        shares = spending[rows] / spending[rows].sum()
        return Payments(
            rows.astype(np.int32), float(view.state.balance.sum()) * shares, pooled=True
        )
