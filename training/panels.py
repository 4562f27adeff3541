"""What training shows on the pages of people, and on the home page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from hmislead.access.permissions import MEMBER
from hmislead.compliance.models import Status
from hmislead.web.home_items import HomeItem
from hmislead.web.panels import Panel
from training import standing


def of_person(request: Any, person: Any) -> dict[str, Any]:
    """The person's four results, and the way to all of their training."""
    return {"person": person, **_with_url(request, person)}


def of_license(request: Any, license: Any) -> dict[str, Any]:
    return {"person": license.person, **_with_url(request, license.person)}


def _with_url(request: Any, person: Any) -> dict[str, Any]:
    url = reverse("training:person-training", kwargs={"slug": request.implementation.slug, "pk": person.pk})
    return {"results": standing.results_of(request.user, person), "url": url}


PANELS = (
    Panel("person", "training", "Training and certification", "training/_panel.html", of_person, MEMBER, 30),
    Panel("license", "training", "Training and certification", "training/_panel.html", of_license, MEMBER, 40),
)

SENTENCES = {
    "training-software": ("Take your software training.", "See your training"),
    "training-privacy": ("Take your privacy training.", "See your training"),
    "training-security": ("Take your data security training.", "See your training"),
    "security-certification": ("Certify that you keep the security rules.", "Certify now"),
}


def home_items(request: Any) -> list[HomeItem]:
    """For a person with a license: what of their own training and certification is due or missing."""
    person_id = request.access.person_id
    if person_id is None:
        return []
    due = Status.objects.visible_to(request.user).filter(
        subject_id=person_id, requirement__in=SENTENCES, state__in=("due_soon", "overdue", "not_met")
    )
    return [_item(request, row) for row in due]


def _item(request: Any, row: Status) -> HomeItem:
    sentence, button = SENTENCES[row.requirement]
    name = "training:certify-myself" if row.requirement == "security-certification" else "training:my-training"
    url = reverse(name, kwargs={"slug": request.implementation.slug})
    weight = 3 if row.state == "due_soon" else 1
    return HomeItem(sentence, button, url, due_on=row.due_on, weight=weight, state=row.state)
