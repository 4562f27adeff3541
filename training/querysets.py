"""What a user may know of training."""

from __future__ import annotations

from typing import Any

from django.db import models

from hmislead.access import scopes


class CourseQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Every member may know which courses there are."""
        access = scopes.of(user)
        return self if access.person_id or access.roles or access.is_robot else self.none()
