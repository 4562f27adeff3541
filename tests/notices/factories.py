"""Rows of notices, and results of requirements as a night would have left them."""

from __future__ import annotations

import datetime as dt

import factory

from hmislead.compliance.models import Status
from hmislead.notices import models


class NoticeFactory(factory.django.DjangoModelFactory):
    type = "requirement_due"
    sentence = "Harbor House: Participation agreement, due by 14 March 2026."
    path = "/i/north/"

    class Meta:
        model = models.Notice


class MessageFactory(factory.django.DjangoModelFactory):
    type = "requirement_due"
    address = "somebody@example.org"
    subject = "Harbor House: Participation agreement, due by 14 March 2026"
    text = "The words."
    html = "<html><head><style>p { margin: 0; }</style></head><body><p>The words.</p></body></html>"
    state = "sent"
    not_before = dt.datetime(2025, 6, 16, 14, tzinfo=dt.UTC)

    class Meta:
        model = models.Message


class BulkSendFactory(factory.django.DjangoModelFactory):
    number = factory.Sequence(lambda n: n + 1)
    title = "Please sign by 30 June 2025"
    audience = factory.LazyFunction(lambda: {"organizations": [], "requirements": []})

    class Meta:
        model = models.BulkSend


def status(requirement, subject, state="met", due_on=None, since=dt.date(2025, 1, 1)):
    """The result of a requirement of one subject."""
    kind = type(subject).__name__.lower()
    columns = {
        "organization": {"organization": subject},
        "person": {"person": subject},
        "coc": {"coc": subject},
        "implementation": {},
    }
    if kind == "license":
        scope = {"license": subject, "person": subject.person, "organization": subject.organization}
    else:
        scope = columns[kind]
    return Status.objects.create(
        requirement=requirement,
        subject_kind=kind,
        subject_id=subject.pk,
        state=state,
        due_on=due_on,
        since=since,
        **scope,
    )
