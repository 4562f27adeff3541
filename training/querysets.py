"""What a user may know of training."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from hmislead.access import scopes


class CourseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Every member may know which courses there are."""
        access = scopes.of(user)
        return self if access.person_id or access.roles or access.is_robot else self.none()


class ByPersonQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Your own; and with `view_evidence` those of the people you may see."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if held.everything:
            return self
        if not held:
            return self.filter(person_id=access.person_id) if access.person_id else self.none()
        return self.filter(person__in=apps.get_model("directory", "Person").objects.visible_to(user).values("pk"))
