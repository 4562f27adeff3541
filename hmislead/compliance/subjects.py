"""The subjects of requirements as people read them: a name and a page. Names come with the row, never one by one."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.urls import reverse

from hmislead.compliance import registry
from hmislead.compliance.models import SubjectKind

PAGES = {
    "organization": "directory:organization-detail",
    "person": "directory:person-detail",
    "license": "directory:license-detail",
    "coc": "directory:coc-detail",
}
MODELS = {"organization": "Organization", "person": "Person", "license": "License", "coc": "CoC"}


def with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about subjects with everything their names need."""
    return rows.select_related("organization", "person", "coc", "implementation")


def name_of(row: Any) -> str:
    """Who or what a Status or Change is about, in words."""
    if row.subject_kind == SubjectKind.LICENSE:
        return f"{row.person} at {row.organization}"
    if row.subject_kind == SubjectKind.IMPLEMENTATION:
        return str(row.implementation)
    return str(getattr(row, row.subject_kind))


def page_of(row: Any, slug: str) -> str:
    """The page of the subject itself; for the implementation that of the requirement."""
    if row.subject_kind in PAGES:
        return reverse(PAGES[row.subject_kind], kwargs={"slug": slug, "pk": row.subject_id})
    return reverse("compliance:requirement-detail", kwargs={"slug": slug, "code": row.requirement})


def title_of(row: Any) -> str:
    requirement = registry.REQUIREMENTS.get(row.requirement)
    return requirement.title if requirement else row.requirement


def find(kind: str, subject_id: Any, by: Any) -> Any:
    """The subject itself, if `by` may see it. Raises DoesNotExist."""
    return apps.get_model("directory", MODELS[kind]).objects.visible_to(by).get(pk=subject_id)
