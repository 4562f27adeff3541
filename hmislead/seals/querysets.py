"""Who may know of keys."""

from __future__ import annotations

from typing import Any

from django.db import models

from hmislead.access import scopes


class SealKeyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """For who may read the settings of the whole implementation."""
        access = scopes.of(user)
        if access.is_robot or access.scopes("view_settings").everything:
            return self
        return self.none()

    def in_use(self) -> Any:
        return self.filter(retired_at=None)
