"""What agreements show on the pages of agencies, CoCs, people and licenses, and on the home page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from agreements import policy
from agreements.lists import standing_rows
from agreements.views.agreements import record_url, subject_party
from hmislead.access.permissions import MEMBER
from hmislead.web.home_items import HomeItem
from hmislead.web.panels import Panel

TEMPLATE = "agreements/_panel.html"


def _panel(request: Any, rows: Any, add_url: str) -> dict[str, Any]:
    may_record = policy.can_record(request.user)
    return {
        "agreements": rows.for_list().order_by("-effective_on")[:10],
        "record_url": add_url if may_record else "",
    }


def of_organization(request: Any, organization: Any) -> dict[str, Any]:
    """Agreements that the agency itself is party to; its people's have their own pages."""
    rows = standing_rows(request.user).with_party(organization=organization, person=None)
    add = record_url(request.implementation.slug, "participation", {"organization_id": organization.pk})
    return _panel(request, rows, add)


def of_coc(request: Any, coc: Any) -> dict[str, Any]:
    rows = standing_rows(request.user).with_party(coc=coc)
    return _panel(request, rows, record_url(request.implementation.slug, "coc_lead", {"coc_id": coc.pk}))


def of_person(request: Any, person: Any) -> dict[str, Any]:
    rows = standing_rows(request.user).with_party(person=person)
    return _panel(request, rows, record_url(request.implementation.slug, "end_user", {"person_id": person.pk}))


def of_license(request: Any, license: Any) -> dict[str, Any]:
    kind, party = subject_party("license", license)
    rows = standing_rows(request.user).filter(type=kind).with_party(**party)
    full = {"person_id": license.person_id, "organization_id": license.organization_id}
    return _panel(request, rows, record_url(request.implementation.slug, kind, full))


PANELS = (
    Panel("organization", "agreements", "Agreements", TEMPLATE, of_organization, "view_evidence", 30),
    Panel("coc", "agreements", "Agreements", TEMPLATE, of_coc, "view_evidence", 30),
    Panel("person", "agreements", "Agreements", TEMPLATE, of_person, MEMBER, 40),
    Panel("license", "agreements", "End-user agreement", TEMPLATE, of_license, MEMBER, 30),
)


def home_items(request: Any) -> list[HomeItem]:
    """For who records agreements: how many end soon."""
    if not policy.can_record(request.user):
        return []
    ending = standing_rows(request.user).filter(standing="ending_soon", terminated_on=None).order_by("ends_on")
    days = list(ending.values_list("ends_on", flat=True))
    if not days:
        return []
    words = "1 agreement ends soon." if len(days) == 1 else f"{len(days)} agreements end soon."
    url = reverse("agreements:agreement-list", kwargs={"slug": request.implementation.slug})
    return [
        HomeItem(words, "See agreements", f"{url}?standing=ending_soon", due_on=days[0], weight=4, state="due_soon")
    ]
