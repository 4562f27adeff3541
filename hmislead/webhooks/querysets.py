"""Who may know of endpoints and of what was sent to them."""

from __future__ import annotations

from typing import Any

from django.db import models

from hmislead.access import scopes


class WebhookQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """For who may read the settings of the whole implementation."""
        access = scopes.of(user)
        if access.is_robot or access.scopes("view_settings").everything:
            return self
        return self.none()


class EndpointQuerySet(WebhookQuerySet):
    def listening_to(self, code: str) -> Any:
        """Those that are told of an event."""
        return self.filter(state=self.model.State.ACTIVE, codes__contains=[code])
