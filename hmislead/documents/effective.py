"""Which version holds for whom on a day, and where versions take effect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from hmislead.directory.models import License, Participation
from hmislead.directory.querysets import running
from hmislead.documents.models import Document, DocumentVersion
from hmislead.tenancy import settings


def needs_body(document: Document) -> bool:
    """True if a governing body approves this document before it takes effect (POL-15)."""
    return document.needs_approval and document.type in settings.value("documents.approved_by_body")


def version_for(
    kind: str, *, on: dt.date, organization_id: UUID | None = None, person_id: UUID | None = None
) -> DocumentVersion | None:
    """The version of a type that an agency, or a person at their agencies, goes by on a day; None if there is none.

    With several CoCs the setting `documents.several_cocs` decides between the newest version of any of them and one
    that is in effect in all of them.
    """
    organizations = [organization_id] if organization_id else _organizations_of(person_id, on)
    return version_in(kind, cocs_of(organizations, on), on=on)


def cocs_of(organizations: Collection[Any], on: dt.date) -> set[UUID]:
    """Ids of the CoCs in which these organizations take part on a day."""
    held = Participation.objects.filter(running(on), organization_id__in=organizations)
    return set(held.values_list("coc_id", flat=True))


def version_in(
    kind: str, cocs: Collection[UUID], *, on: dt.date, document_id: UUID | None = None
) -> DocumentVersion | None:
    """The version of a type for who belongs to these CoCs: the one that took effect last, by the Lead's setting.

    `document_id` looks at one document of the type alone.
    """
    in_force = Q(effects__coc_id__in=cocs, effects__state__in=("effective", "superseded")) & Q(
        effects__effective_from__lte=on
    )
    in_force &= Q(effects__effective_until=None) | Q(effects__effective_until__gte=on)
    of_type = DocumentVersion.objects.filter(document__type=kind)
    found = (of_type.filter(document_id=document_id) if document_id else of_type).annotate(
        held_in=Count("effects__coc_id", filter=in_force, distinct=True),
        since=Max("effects__effective_from", filter=in_force),
    )
    needed = len(set(cocs)) if settings.value("documents.several_cocs", on=on) == "all" else 1
    return (
        found.filter(held_in__gte=max(needed, 1))
        .select_related("document")
        .order_by("-since", "-number", "-created_at")
        .first()
    )


def _organizations_of(person_id: UUID | None, on: dt.date) -> list[Any]:
    living = License.objects.living_on(on).filter(person_id=person_id)
    return list(living.values_list("organization_id", flat=True))
