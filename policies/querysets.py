"""What a user may know of acknowledgements."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models

from hmislead.access import scopes


class SettingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Who must acknowledge what is no secret among members; private documents stay with who sees them."""
        documents = apps.get_model("documents", "Document").objects.visible_to(user)
        return self.filter(document__in=documents.values("pk"))


class AcknowledgementQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Your own; and with `view_evidence` those of the people you may see."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if held.everything:
            return self
        if not held:
            return self.filter(person_id=access.person_id) if access.person_id else self.none()
        return self.filter(person__in=apps.get_model("directory", "Person").objects.visible_to(user).values("pk"))
