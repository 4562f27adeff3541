"""Leases of long work. Global, with ids only: what a job is about, and how far it is, stands in the tenant's own row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from hmislead.tenancy.fields import uuid7
from hmislead.tenancy.models import Implementation


class Job(models.Model):
    """One piece of long work. Whoever holds `token` until `lease_until` does it; after that anybody may take it over."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    OPEN: ClassVar[tuple[str, ...]] = ("waiting", "running")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="jobs")
    subject_id = models.UUIDField(help_text="The tenant's row that this work is about.")
    key = models.CharField(max_length=120, unique=True, help_text="Claims the work once: a second one cannot be made.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at",)
        indexes = (
            models.Index(fields=["lease_until"], condition=models.Q(state__in=["waiting", "running"]), name="job_open"),
            models.Index(fields=["finished_at"], condition=~models.Q(finished_at=None), name="job_ended"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
