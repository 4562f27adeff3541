"""What a user may know of quizzes. Right answers stay with who writes them, until an attempt is finished."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from hmislead.access import scopes


class QuizQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Who sees every document sees every quiz and its answers."""
        return self if scopes.of(user).scopes("view_documents").everything else self.none()


class AttemptQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Your own; and with `view_evidence` those of the people you may see."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if held.everything:
            return self
        if not held:
            return self.filter(person_id=access.person_id) if access.person_id else self.none()
        return self.filter(person__in=apps.get_model("directory", "Person").objects.visible_to(user).values("pk"))
