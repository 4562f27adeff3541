"""What a user may know of acknowledgements."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models


class SettingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Who must acknowledge what is no secret among members; private documents stay with who sees them."""
        documents = apps.get_model("documents", "Document").objects.visible_to(user)
        return self.filter(document__in=documents.values("pk"))
