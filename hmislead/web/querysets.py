"""Reads of the page building blocks."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class SavedViewQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> SavedViewQuerySet:
        """The person's own saved views, and those somebody shared with everybody of the implementation."""
        if getattr(user, "is_robot", False):
            return self
        return self.filter(Q(owner_id=user.pk) | Q(shared=True))

    def of_page(self, page: str) -> SavedViewQuerySet:
        return self.filter(page=page).order_by("name", "pk")


class IdempotencyKeyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> IdempotencyKeyQuerySet:
        """One's own alone."""
        if getattr(user, "is_robot", False):
            return self
        return self.filter(user_id=user.pk)
