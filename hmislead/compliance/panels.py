"""Compliance on the pages of agencies, people, licenses and CoCs, in the navigation, and on the home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse

from hmislead.compliance import registry
from hmislead.compliance.models import FAILING, State, Status
from hmislead.web import api_routes, home_items, navigation, panels
from hmislead.web.home_items import HomeItem
from hmislead.web.navigation import NavItem
from hmislead.web.panels import Panel

FAR_ENOUGH = 30  # of the items of one kind the home page names the first; the rest is a number with a link


def status_panel(kind: str) -> Any:
    """The context function of the panel on one kind of page: the subject's own results."""

    def context(request: Any, subject: Any) -> dict[str, Any] | None:
        rows = Status.objects.visible_to(request.user).filter(subject_kind=kind, subject_id=subject.pk)
        slug = request.implementation.slug
        found: dict[str, Any] = {"rows": [_row(request, row, slug) for row in in_order(rows)]}
        if kind == "organization":
            found["people_url"] = f"{reverse('compliance:grid', kwargs={'slug': slug})}?q={subject.name}"
        return found

    return context


def in_order(rows: Any) -> list[Status]:
    """Statuses in the order people read requirements; those no longer registered are left out."""
    order = {requirement.code: place for place, requirement in enumerate(registry.ordered())}
    return sorted((row for row in rows if row.requirement in order), key=lambda row: order[row.requirement])


def _speaks_plainly(request: Any) -> bool:
    """True for agencies and users: staff of the HMIS Lead and of CoCs know requirements by their titles."""
    held = request.access.scopes("view_compliance")
    return not (held.everything or held.cocs)


def _row(request: Any, row: Status, slug: str) -> dict[str, Any]:
    requirement = registry.REQUIREMENTS[row.requirement]
    failing = row.state in (*FAILING, State.DUE_SOON)
    plain = _speaks_plainly(request)
    fix, fix_url = requirement.lead(request.access, slug, row.subject_id) if failing else ("", "")
    page = reverse("compliance:requirement-detail", kwargs={"slug": slug, "code": row.requirement})
    waive = reverse("compliance:waiver-new", kwargs={"slug": slug, "pk": row.pk})
    return {
        "state": row.state,
        "title": requirement.for_agencies if plain else requirement.title,
        "note": row.note,
        "due_on": row.due_on,
        "page": page if request.access.has("view_compliance") else "",
        "fix": fix,
        "fix_url": fix_url,
        "waive_url": waive if row.state in FAILING and request.access.has("manage_compliance") else "",
    }


def own_items(request: Any) -> list[HomeItem]:
    """A reader's own requirements that fail or are due, each with what they can do: put it right, or see it."""
    if request.access.person_id is None:
        return []
    rows = Status.objects.visible_to(request.user).filter(person_id=request.access.person_id)
    rows = rows.filter(state__in=(*FAILING, State.DUE_SOON)).order_by("due_on")[:FAR_ENOUGH]
    slug = request.implementation.slug
    led = [
        (row, requirement, *requirement.lead(request.access, slug, row.subject_id))
        for row in rows
        if (requirement := registry.REQUIREMENTS.get(row.requirement))
    ]
    return [
        HomeItem(
            sentence=f"You: {requirement.for_agencies}",
            button=button,
            url=url,
            due_on=row.due_on,
            weight=1 if requirement.blocks else 4,
            state=row.state,
        )
        for row, requirement, button, url in led
    ]


def scope_items(request: Any) -> list[HomeItem]:
    """What fails in the reader's agencies, CoCs or implementation: one item per requirement, with its number."""
    if not request.access.has("view_compliance"):
        return []
    rows = Status.objects.visible_to(request.user).filter(state__in=FAILING).order_by().values("requirement")
    slug = request.implementation.slug
    plain = _speaks_plainly(request)
    items = []
    for row in rows.annotate(n=Count("pk")):
        requirement = registry.REQUIREMENTS.get(row["requirement"])
        if requirement:
            url = reverse("compliance:requirement-detail", kwargs={"slug": slug, "code": requirement.code})
            title = requirement.for_agencies if plain else requirement.title
            items.append(_scope_item(requirement, title, row["n"], f"{url}?state=overdue&state=not_met"))
    return items


def _scope_item(requirement: registry.Requirement, title: str, number: int, url: str) -> HomeItem:
    nouns = {"coc": ("CoC", "CoCs"), "organization": ("agency", "agencies"), "person": ("person", "people")}
    one, many = nouns.get(requirement.subject, ("license", "licenses"))
    who = "" if requirement.subject == "implementation" else f" for {number} {one if number == 1 else many}"
    return HomeItem(
        f"{title}: not in order{who}",
        "See them",
        url,
        weight=2 if requirement.blocks else 5,
        state="not_met",
    )


def register_panels() -> None:
    """Called once, when the compliance app is ready."""
    panels.register(
        *(
            Panel(kind, "compliance", title, "compliance/_status_panel.html", status_panel(kind), permission, order=10)
            for kind, title, permission in (
                ("organization", "Requirements", "view_compliance"),
                ("coc", "Requirements", "view_compliance"),
                ("person", "Requirements", "member"),
                ("license", "Requirements of this license", "member"),
            )
        )
    )
    navigation.register(
        NavItem("Home", 0, "Home", "compliance:home"),
        NavItem(
            "Agencies", 20, "Requirements by agency", "compliance:grid", "view_compliance", "My agency's requirements"
        ),
        NavItem("Standards", 10, "Requirements", "compliance:requirement-list", "view_compliance"),
        NavItem("Standards", 20, "What changed", "compliance:change-list", "view_compliance"),
        NavItem("Standards", 30, "Waivers", "compliance:waiver-list", "view_compliance"),
        NavItem("Standards", 40, "Nightly runs", "compliance:run-list", "manage_compliance"),
    )
    navigation.register_link("home", "compliance:home")
    home_items.register(own_items)
    home_items.register(scope_items)


def register_routes() -> None:
    """The endpoints. Called once, when the compliance app is ready."""
    for prefix, viewset in (
        ("statuses", "StatusViewSet"),
        ("changes", "ChangeViewSet"),
        ("tallies", "TallyViewSet"),
        ("gates", "GateViewSet"),
        ("runs", "RunViewSet"),
        ("waivers", "WaiverViewSet"),
    ):
        api_routes.register(prefix, f"hmislead.compliance.api.{viewset}")
