"""The requirements on policies and people: acknowledged each year, and posted for the public (POL-50..54)."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.urls import reverse

from hmislead.compliance.registry import Evaluation, Requirement, by_expiry, register
from hmislead.directory.models import Person
from hmislead.documents import types
from hmislead.documents.models import DocumentVersion, PublishedCopy
from hmislead.tenancy import context
from hmislead.tenancy.models import Implementation
from policies.duties import duties
from policies.models import PolicySetting

POSTING = ("POL-50", "POL-51")
PUBLIC = frozenset(code for code, each in types.TYPES.items() if each.public)


def acknowledged(evaluation: Evaluation, *, blocks: bool) -> QuerySet[Any]:
    """Per person who must acknowledge something: the version in effect, within twelve months, with its quiz.

    A quiz is passed before an acknowledgement is taken, so the acknowledgement proves both.
    """
    if not PolicySetting.objects.filter(blocks=blocks).exists():
        return _nobody()  # the question below is long to plan, and most implementations begin without a rule
    grace = evaluation.setting("policies.grace_days")
    mine = duties(OuterRef("pk"), on=evaluation.as_of, grace=grace).filter(blocks=blocks)
    people = Person.objects.filter(Exists(mine), merged_into=None).alias(
        lacks=Exists(mine.filter(accepted_on=None, expires=None)),
        earliest=Subquery(mine.exclude(expires=None).order_by("expires").values("expires")[:1]),
    )
    return by_expiry(
        people.annotate(
            expires_on=Case(When(lacks=True, then=Value(None)), default="earliest", output_field=DateField()),
            has_all=ExpressionWrapper(Q(lacks=False), output_field=BooleanField()),
        ),
        evaluation,
        exists="has_all",
    )


def _nobody() -> QuerySet[Any]:
    """No person, in a form the engine can ask: Django refuses to write a query it knows to be empty."""
    people = Person.objects.filter(merged_into__isnull=True).filter(merged_into__isnull=False)
    nothing = Value(None, DateField())
    return people.annotate(result=Value("met"), due_on=nothing, lapses_on=nothing, note=Value(""))


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
