"""Joint projects that end, licences signed and brought to market, with ordinary objects."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mesa_actors import Body, Firm, Licence, Project
from plain_equations import erlang_months, learned, line_share, stored

from innocluster.sim.ground.random_numbers import Process

if TYPE_CHECKING:
    from mesa_objects import ObjectModel

__all__ = ["commercialise", "complete_projects", "sign_licences"]

CONTACT_FAMILIARITY = 0.03


def complete_projects(model: ObjectModel) -> None:
    """J1, K2, T1, F7: projects that are due succeed or fail, those of closed firms end."""
    p = model.p
    ended: list[tuple[Project, bool | None]] = []
    going: list[Project] = []
    for project in model.projects:
        if any(actor.closed for actor in project.team):
            ended.append((project, None))
        elif project.due <= model.month:
            u = model.draw(
                project.draw, Process.PROJECT_OUTCOME, project.draw_partner, project.started
            )[0]
            ended.append((project, u < project.success))
        else:
            going.append(project)
    model.projects = going
    same_field = [project.field for project, won in ended if won]
    lessons = []
    for project, won in ended:
        for actor in project.team:
            actor.projects -= 1
            if isinstance(actor, Firm):
                actor.grant_flow = max(0.0, actor.grant_flow - project.flow)
        pair = project.team[0].ties.get(project.team[1])
        if pair is not None:
            pair.projects -= 1
        if won is None:
            continue
        if pair is not None:
            pair.gain += p.familiarity_success if won else -p.familiarity_failure
        if won:
            model.count("joint_successes", project.team[0].complex)
            if project.grant > 0.0:
                model.count("tasks_solved", project.team[0].complex)
        rate = p.learning_project * (1.0 if won else 0.5)
        for firm in project.team:
            if not isinstance(firm, Firm):
                continue
            peers = [other.knowledge for other in project.team if other is not firm]
            lesson = sum(learned(firm.knowledge, known, rate * firm.absorption) for known in peers)
            lessons.append((firm, lesson))
            if won:
                returns = same_field.count(project.field) ** (p.duplication - 1.0)
                gain = p.joint_gain * (0.3 + project.novelty) * math.sqrt(firm.absorption)
                firm.gain_joint += returns * gain * line_share(firm.revenue, p.product_line_revenue)
    for firm, lesson in lessons:
        firm.knowledge = stored(firm.knowledge + lesson)


def sign_licences(model: ObjectModel) -> None:
    """U2: firms in contact with a research body look at one of its inventions a month."""
    p = model.p
    for pair in model.pairs:
        firm, body = pair.first, pair.second
        if not isinstance(body, Body) or pair.familiarity < CONTACT_FAMILIARITY:
            continue
        if firm.absorption <= 0.0 or body.licences_year >= body.transfer_capacity:
            continue
        u, v, w, x = firm.draw(Process.LICENCE, body.identifier)
        if not body.shelf:
            continue
        invention = body.shelf[int(u * len(body.shelf))]
        if invention.licensed or model.month - invention.born > p.shelf_life:
            continue
        length = math.sqrt(float(firm.knowledge @ firm.knowledge))
        overlap = float(firm.knowledge[invention.field]) / length
        interest = firm.absorption * overlap * (1.0 + p.licence_familiarity * pair.familiarity)
        if v >= 1.0 - math.exp(-p.licence_hazard * interest):
            continue
        succeeds = firm.draw(Process.LICENCE_OUTCOME, body.identifier)[0] < p.licence_success
        due = model.month + erlang_months(p.licence_lag, (w, x))
        model.licences.append(Licence(firm, body, due, invention.quality, succeeds))
        invention.licensed = True
        body.licences_year += 1.0
        firm.cash -= p.licence_fee
        body.income += p.licence_fee
        model.count("licences", firm.complex)


def commercialise(model: ObjectModel) -> None:
    """U3: licences that are due raise productivity or lapse."""
    p = model.p
    licences, model.licences = model.licences, []
    for licence in licences:
        firm = licence.firm
        if firm.closed:
            continue
        if licence.due > model.month:
            model.licences.append(licence)
        elif licence.succeeds:
            share = line_share(firm.revenue, p.product_line_revenue)
            gain = p.transfer_gain * licence.quality * share
            firm.gain_transfer += gain
            royalty = p.royalty_rate * (p.substitution - 1.0) * gain
            firm.royalty += royalty
            licence.body.income += royalty * firm.revenue
            model.count("licence_successes", firm.complex)
