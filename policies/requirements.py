"""The requirements on policies and people: acknowledged each year, and posted for the public (POL-50..54)."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.urls import reverse

from hmislead.access.permissions import OWN
from hmislead.compliance.registry import Evaluation, Requirement, Written, register
from hmislead.documents import types
from hmislead.documents.models import DocumentVersion, PublishedCopy
from hmislead.tenancy import context
from hmislead.tenancy.models import Implementation
from policies import duties

POSTING = ("POL-50", "POL-51")
PUBLIC = frozenset(code for code, each in types.TYPES.items() if each.public)


def acknowledged(evaluation: Evaluation, *, blocks: bool) -> Written:
    """Per person who must acknowledge something: the version in effect, within twelve months, with its quiz.

    A quiz is passed before an acknowledgement is taken, so the acknowledgement proves both.
    """
    soon = evaluation.as_of + dt.timedelta(days=evaluation.due_soon_days)
    known = duties.values(evaluation.setting, evaluation.as_of)
    return Written(duties.WORST, known | {"soon": soon, "blocking": blocks})


def posted(evaluation: Evaluation) -> QuerySet[Any]:
    """The implementation: every public document in effect has its frozen copy on the public page."""
    rows = Implementation.objects.filter(pk=context.current().pk)
    in_force = DocumentVersion.objects.in_effect(evaluation.as_of).filter(document__type__in=PUBLIC)
    copies = PublishedCopy.objects.filter(version=OuterRef("pk"))
    is_shown = bool(evaluation.setting("policies.public_page"))
    return rows.annotate(
        result=Case(
            When(~Exists(in_force), then=Value("not_applicable")),
            When(Exists(in_force.filter(~Exists(copies))), then=Value("not_met")),
            default=Value("met" if is_shown else "not_met"),
            output_field=CharField(),
        ),
        due_on=Value(None, DateField()),
        lapses_on=Value(None, DateField()),
        note=Value("" if is_shown else "The public page is switched off.", CharField()),
    )


def acknowledgements_of(slug: str, subject_id: UUID) -> str:
    """The page with one person's policies."""
    return reverse("policies:person-policies", kwargs={"slug": slug, "pk": subject_id})


def posting_of(slug: str, subject_id: UUID) -> str:
    return reverse("policies:setting-list", kwargs={"slug": slug})


def register_policy_requirements() -> None:
    """Called once, when the app is ready."""
    for code, title, blocks, order in (
        ("policies-acknowledged", "Policies acknowledged this year", True, 34),
        ("policies-read", "Further policies acknowledged this year", False, 35),
    ):
        register(
            Requirement(
                code=code,
                title=title,
                subject="person",
                standards=("POL-52", "POL-53", "POL-54"),
                evaluate=partial(acknowledged, blocks=blocks),
                link=acknowledgements_of,
                fix="Read and acknowledge",
                fixed_by=(OWN,),
                blocks=blocks,
                order=order,
                plain="Your policies, read and acknowledged" if blocks else "Further policies to read",
            )
        )
    register(
        Requirement(
            code="policies-posted",
            title="Policies posted for the public",
            subject="implementation",
            standards=POSTING,
            evaluate=posted,
            link=posting_of,
            fix="See what is posted",
            order=80,
        )
    )
