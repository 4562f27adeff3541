"""The HMIS Lead Standards as data: global facts, the same for every implementation."""

from __future__ import annotations

from django.db import models


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

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.id
