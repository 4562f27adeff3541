"""What deviation reports and grievances share: a short number, who sent them, and how to follow them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from hmislead.documents import types
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.life_cycle import LifeCycle


class MovingCase(LifeCycle, TenantModel):
    """A row with a short number that moves along NEXT."""

    NEXT: ClassVar[dict[str, set[str]]] = {}

    number = models.CharField(max_length=12)
    state = models.CharField(max_length=12)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class SentCase(MovingCase):
    """Something anybody may send in. Without a reporter it is anonymous; the code lets its sender follow it."""

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    language = models.CharField(max_length=5, choices=types.LANGUAGES, default="en")
    received_on = models.DateField("received")
    what = models.TextField("what happened")
    closed_on = models.DateField("closed", null=True, blank=True)

    class Meta:
        abstract = True
