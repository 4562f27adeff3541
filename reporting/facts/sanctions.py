"""What the register of sanctions says, as plain facts (GOV-20). Nothing in it that `by` may not see.

It names people, so it is made for those alone who may see them and their papers.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hmislead.compliance import registry
from hmislead.directory.models import Organization
from policies.cases.models import Sanction
from reporting.facts import shared
from reporting.facts.results import Day

Facts = dict[str, Any]


def collect(organization: Organization | None, day: Day, *, by: Any) -> Facts:
    """Every sanction whose notice was given by a day, of one agency or of all."""
    rows = Sanction.objects.visible_to(by).filter(notified_on__lte=day.on).for_list()
    if organization is not None:
        rows = rows.filter(organization=organization)
    found = list(rows.order_by("-notified_on", "-number"))
    acting = set(rows.acting(day.on).values_list("pk", flat=True))
    return {
        "about": organization.name if organization else "All agencies",
        "sanctions": [_row(each) for each in found],
        "in_effect": len(acting),
        "appealed": sum(each.state == Sanction.State.APPEALED for each in found),
        "by_kind": _count(each.get_kind_display() for each in found),
        "by_agency": _count(each.organization.name for each in found),
        "standards": shared.standards_of([registry.REQUIREMENTS["not-sanctioned"]]),
    }


def sentence(facts: Facts) -> str:
    """The answer in one sentence."""
    all_of_them = shared.count(len(facts["sanctions"]), ("sanction", "sanctions"))
    if not facts["sanctions"]:
        return "No sanction is on record."
    word = "is" if facts["in_effect"] == 1 else "are"
    return f"{all_of_them} on record; {facts['in_effect']} of them {word} in effect."


def _row(sanction: Sanction) -> Facts:
    return {
        "number": sanction.number,
        "kind": sanction.get_kind_display(),
        "agency": sanction.organization.name,
        "person": str(sanction.person) if sanction.person else "The agency itself",
        "class": str(sanction.violation.violation_class),
        "offense": sanction.violation.offense,
        "state": sanction.state,
        "notified_on": sanction.notified_on,
        "starts_on": sanction.starts_on,
        "ends_on": sanction.ends_on,
        "over_on": sanction.over_on,
        "appealed_on": sanction.appealed_on,
        "ruling": sanction.get_ruling_display(),
        "lifted_because": sanction.lifted_because,
    }


def _count(words: Any) -> list[tuple[str, int]]:
    """How often each stands, the most frequent first."""
    return sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0]))
