"""What training shows on the pages of people and licenses. (The home page tells what is due of each requirement.)"""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from hmislead.access.permissions import MEMBER
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
