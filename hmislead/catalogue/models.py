"""The HMIS Lead Standards as data: global facts, the same for every implementation."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from hmislead.access import scopes
from hmislead.tenancy import context


class StandardQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Everybody who belongs to an implementation may read the Standards."""
        access = scopes.of(user)
        return self if access.is_robot or access.user_id else self.none()


class Standard(models.Model):
    """One statement of the HMIS Lead Standards, such as `MON-15`."""

    id = models.CharField(primary_key=True, max_length=12)
    position = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=60)
    subsection = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=12)
    responsible = models.CharField(max_length=20)
    kind = models.CharField(max_length=30)
    cadence = models.CharField(max_length=20)
    label = models.CharField(max_length=300)
    line = models.PositiveSmallIntegerField()
    evidence = models.TextField(blank=True)
    auto = models.CharField(max_length=10)

    objects = StandardQuerySet.as_manager()

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.id

    def get_absolute_url(self) -> str:
        return reverse("catalogue:standard-detail", kwargs={"slug": context.current().slug, "pk": self.pk})
