"""What cases show on the pages of agencies, people and licenses, and on the home page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from hmislead.access.permissions import MEMBER
from hmislead.tenancy import settings
from hmislead.web.home_items import HomeItem
from hmislead.web.panels import Panel
from policies.cases import policy
from policies.cases.models import Deviation, Grievance, Sanction
from policies.cases.querysets import covering

TEMPLATE = "policies/cases/_panel.html"


def _panel(rows: Any) -> dict[str, Any] | None:
    """Nothing is shown where there never was a sanction."""
    found = list(rows.for_list()[:10])
    return {"sanctions": found} if found else None


def of_organization(request: Any, organization: Any) -> dict[str, Any] | None:
    return _panel(Sanction.objects.visible_to(request.user).filter(organization=organization))


def of_person(request: Any, person: Any) -> dict[str, Any] | None:
    return _panel(Sanction.objects.visible_to(request.user).filter(person=person))


def of_license(request: Any, license: Any) -> dict[str, Any] | None:
    return _panel(Sanction.objects.visible_to(request.user).filter(covering(license)))


PANELS = (
    Panel("organization", "sanctions", "Sanctions", TEMPLATE, of_organization, "view_evidence", 60),
    Panel("person", "sanctions", "Sanctions", TEMPLATE, of_person, MEMBER, 60),
    Panel("license", "sanctions", "Sanctions", TEMPLATE, of_license, MEMBER, 60),
)


def home_items(request: Any) -> list[HomeItem]:
    """For who handles cases: what waits for them. For the others: sanctions they may still appeal."""
    if policy.can_handle(request.user):
        return _waiting(request)
    today = settings.today()
    open_ = Sanction.objects.visible_to(request.user).filter(
        state__in=("notified", "in_effect"), appealed_on=None, appeal_until__gte=today
    )
    return [
        HomeItem(
            f"Sanction {each.number}: you may appeal it.",
            "Read the notice",
            each.get_absolute_url(),
            due_on=each.appeal_until,
            weight=2,
            state=each.state,
        )
        for each in open_.order_by("appeal_until")[:10]
        if policy.can_appeal(request.user, each)
    ]


def _waiting(request: Any) -> list[HomeItem]:
    slug = request.implementation.slug
    reports = Deviation.objects.filter(state="received").order_by("review_by").values_list("review_by", flat=True)
    proposed = Sanction.objects.filter(state="proposed").order_by("created_at")
    appeals = Sanction.objects.filter(state="appealed")
    open_grievances = [each for each in Grievance.objects.exclude(state__in=("closed", "decided")) if each.due_by]
    found = [
        (list(reports), "deviation report waits", "deviation reports wait", "for review", "deviation-list", "received"),
        (
            sorted(each.due_by for each in open_grievances if each.due_by),
            "grievance waits",
            "grievances wait",
            "for you",
            "grievance-list",
            "",
        ),
        (
            [None for _ in proposed],
            "sanction waits",
            "sanctions wait",
            "for notice to be given",
            "sanction-list",
            "proposed",
        ),
        ([None for _ in appeals], "appeal waits", "appeals wait", "for a decision", "sanction-list", "appealed"),
    ]
    return [
        _item(days, one if len(days) == 1 else many, more, reverse(f"cases:{name}", kwargs={"slug": slug}), state)
        for days, one, many, more, name, state in found
        if days
    ]


def _item(days: list[Any], words: str, more: str, url: str, state: str) -> HomeItem:
    address = f"{url}?state={state}" if state else url
    return HomeItem(
        f"{len(days)} {words} {more}.",
        "See it" if len(days) == 1 else "See them",
        address,
        due_on=days[0],
        weight=3,
        state=state or "received",
    )
