"""Where the taker of a policy's quiz goes on."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from hmislead.tenancy import context
from policies import duties


def way_on(attempt: Any) -> tuple[str, str] | None:
    """Back to the document the quiz is for, to acknowledge it or to try again."""
    rule = next((each for each in duties.of_person(attempt.person_id) if each.quiz_id == attempt.quiz_id), None)
    if rule is None:
        return None
    url = reverse("policies:read", kwargs={"slug": context.current().slug, "pk": rule.current})
    return ("Acknowledge the document" if attempt.passed else "Back to the document"), url
