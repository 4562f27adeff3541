"""How one person stands with training and certification, for pages and panels."""

from __future__ import annotations

from typing import Any

from hmislead.compliance.models import Status
from hmislead.compliance.registry import REQUIREMENTS
from training import policy
from training.models import Completion, SecurityCertification

CODES = ("training-software", "training-privacy", "training-security", "security-certification")


def results_of(user: Any, person: Any) -> list[dict[str, Any]]:
    """The four results of a person as `user` may see them, in order, each with its title."""
    rows = {
        row.requirement: row
        for row in Status.objects.visible_to(user).filter(subject_id=person.pk, requirement__in=CODES)
    }
    return [{"title": REQUIREMENTS[code].for_agencies, "status": rows[code]} for code in CODES if code in rows]


def of_person(request: Any, person: Any) -> dict[str, Any]:
    """What the training page and the panel of a person show."""
    user = request.user
    completions = Completion.objects.visible_to(user).filter(person=person).select_related("course")
    certifications = SecurityCertification.objects.visible_to(user).filter(person=person).select_related("file")
    return {
        "person": person,
        "results": results_of(user, person),
        "completions": completions.order_by("-completed_on", "-pk"),
        "certifications": certifications.order_by("-certified_on"),
        "is_self": policy.is_self(user, person.pk),
        "may_record": policy.can_record(user),
    }
