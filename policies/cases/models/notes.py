"""Notes on a case: what was done at each step, by whom. For who handles it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from hmislead.audit.tracking import tracked
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from policies.cases import querysets

_ABOUT = ("deviation", "grievance", "sanction")


def _one_of(names: tuple[str, ...]) -> models.Q:
    """Exactly one of these columns is filled."""
    either = models.Q()
    for name in names:
        either |= models.Q(**{f"{each}__isnull": each != name for each in names})
    return either


@tracked
class CaseNote(TenantModel):
    """One step of one case with its note. `state` is the state the case came to."""

    deviation = TenantForeignKey("policies.Deviation", null=True, on_delete=models.CASCADE, related_name="notes")
    grievance = TenantForeignKey("policies.Grievance", null=True, on_delete=models.CASCADE, related_name="notes")
    sanction = TenantForeignKey("policies.Sanction", null=True, on_delete=models.CASCADE, related_name="notes")
    state = models.CharField(max_length=12)
    text = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = querysets.HandlersOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (models.CheckConstraint(condition=_one_of(_ABOUT), name="case_note_is_about_one_case"),)

    def __str__(self) -> str:
        return self.text
