"""Requirements, declared beside the models they read and registered at start-up (architecture section 7)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Case, CharField, DateField, F, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.urls import resolve

from hmislead.access.permissions import OWN
from hmislead.access.scopes import Access
from hmislead.compliance.expressions import AddDays
from hmislead.tenancy import settings

SEE = "See it"
NIL = UUID(int=0)  # no subject's
SUBJECTS = ("implementation", "coc", "organization", "person", "license")


@dataclass
class Evaluation:
    """What an evaluation knows: the local day it is for, and the settings as they held on that day."""

    as_of: dt.date
    _settings: dict[str, Any] = field(default_factory=dict)

    def setting(self, key: str) -> Any:
        """The value of a setting on `as_of`. All settings are read at the first call, in one query."""
        if not self._settings:
            self._settings = settings.values(on=self.as_of)
        return self._settings[key]

    @cached_property
    def fingerprint(self) -> str:
        """The settings as one text: equal for evaluations under equal settings."""
        self.setting("requirements.due_soon_days")
        return json.dumps(self._settings, sort_keys=True, default=str)

    @property
    def due_soon_days(self) -> int:
        """How many days ahead of its last good day something is due soon."""
        return int(self.setting("requirements.due_soon_days"))


@dataclass(frozen=True)
class Written:
    """A requirement's question in SQL by hand, for what Django would write too long.

    A SELECT of `id`, `result`, `due_on`, `lapses_on` and `note` with named parameters; it narrows itself to the subjects
    in `%(only)s` (NULL: all of them), which the engine gives.
    """

    sql: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Requirement:
    """Something that must hold of each of its subjects.

    `evaluate` returns a queryset of the subject's model, holding exactly its subjects on `as_of`, annotated with
    `result` (a state), `due_on`, `lapses_on` and `note`; or the same as `Written`. Its SQL must follow from the day and
    the settings alone (not from the time zone), unless rows are read to write it: the engine keeps it. `link` gives the
    page on which it is put right, `fix` the button that leads there. `fixed_by` names the permissions of which one is
    needed to put it right (OWN: the person it is about); without any, to open the page is enough.
    """

    code: str
    title: str
    subject: str
    standards: tuple[str, ...]
    evaluate: Callable[[Evaluation], QuerySet[Any] | Written]
    link: Callable[[str, UUID], str]
    fix: str
    blocks: bool = False
    order: int = 100
    plain: str = ""  # the title in an agency's words
    fixed_by: tuple[str, ...] = ()

    @property
    def for_agencies(self) -> str:
        return self.plain or self.title

    def lead(self, access: Access, slug: str, subject_id: UUID) -> tuple[str, str]:
        """The words and the address of a reader's button: `fix` for who may put it right, "See it" for who may only
        read that page, both empty for who may not open it."""
        if not access.has(*_door(self.link, slug)):
            return "", ""
        return (self.fix if self._may_fix(access, subject_id) else SEE), self.link(slug, subject_id)

    def _may_fix(self, access: Access, subject_id: UUID) -> bool:
        own = OWN in self.fixed_by and subject_id == access.person_id
        held = (access.allows(each, organization_id=subject_id, coc_id=subject_id) for each in self.fixed_by)
        return not self.fixed_by or own or any(held)


@lru_cache(maxsize=10_000)
def _door(link: Callable[[str, UUID], str], slug: str) -> tuple[str, ...]:
    """The permissions of the page `link` leads to: the same page for every subject, so that it is looked up once."""
    door = resolve(urlsplit(link(slug, NIL)).path).func
    return door.access  # type: ignore[attr-defined]


REQUIREMENTS: dict[str, Requirement] = {}


def register(*requirements: Requirement) -> None:
    """Add requirements. Raises ValueError for a code that is taken or a subject that is none."""
    for requirement in requirements:
        if requirement.code in REQUIREMENTS:
            raise ValueError(f"The requirement {requirement.code} is registered twice.")
        if requirement.subject not in SUBJECTS:
            raise ValueError(f"{requirement.subject} is no subject of requirements.")
        REQUIREMENTS[requirement.code] = requirement


def ordered() -> list[Requirement]:
    """All requirements in the order people read them."""
    return sorted(REQUIREMENTS.values(), key=lambda requirement: (requirement.order, requirement.code))


def blocking() -> list[str]:
    """Codes of the requirements that shut the access gate."""
    return [requirement.code for requirement in ordered() if requirement.blocks]


def by_expiry(
    queryset: QuerySet[Any],
    evaluation: Evaluation,
    *,
    expires: str = "expires_on",
    exists: str = "",
    none: str = "not_met",
    note: Combinable | None = None,
    soon_days: int | None = None,
) -> QuerySet[Any]:
    """Annotate the four columns from a last good day.

    `expires` names a date annotation: the last day on which the evidence still counts, NULL when there is none or when
    it has no end; `exists` names a boolean annotation that tells these two apart (without it NULL means none).
    On the last good day the state is still due soon; from the next day on it is overdue. `none` is the state of a
    subject that never had the evidence.
    """
    soon = evaluation.as_of + dt.timedelta(days=evaluation.due_soon_days if soon_days is None else soon_days)
    endless = [When(**{f"{expires}__isnull": True, exists: True}, then=Value("met"))] if exists else []
    return queryset.annotate(
        result=Case(
            *endless,
            When(**{f"{expires}__isnull": True}, then=Value(none)),
            When(**{f"{expires}__lt": evaluation.as_of}, then=Value("overdue")),
            When(**{f"{expires}__lte": soon}, then=Value("due_soon")),
            default=Value("met"),
            output_field=CharField(),
        ),
        due_on=Cast(F(expires), DateField()),
        lapses_on=AddDays(Cast(F(expires), DateField()), 1),
        note=note if note is not None else Value("", CharField()),
    )
