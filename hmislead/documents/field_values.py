"""The values of merge fields that do not depend on who signs: the implementation, its HMIS Lead, a CoC, settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from hmislead.directory.models import Designation, OrganizationRole
from hmislead.directory.querysets import running
from hmislead.documents import merge_fields
from hmislead.documents.days import in_words
from hmislead.documents.models import DocumentVersion
from hmislead.tenancy import context, settings

# merge field: the setting a Lead fills it with
SETTINGS = {
    "lead.contact_email": "fields.lead_email",
    "lead.help_url": "fields.help_url",
    "fee.per_license": "fields.fee_per_license",
    "fee.schedule": "fields.fee_schedule",
    "retention.electronic_years": "fields.retention_electronic_years",
    "retention.paper_years": "fields.retention_paper_years",
    "disposal.method": "fields.disposal_method",
}


def general_values(*, coc: Any = None, language: str = "en") -> dict[str, str]:
    """Fields known without parties, as text. `coc` is the CoC the document is for, None for all; `language` en or es."""
    today = settings.today()
    chosen = settings.values(list(SETTINGS.values()))
    return {
        "implementation.name": context.current().name,
        "lead.name": _holder(OrganizationRole.Role.HMIS_LEAD, today),
        "coc.name": coc.name if coc else "",
        "coc.number": coc.number if coc else "",
        "vendor.name": _designated(coc, today, "organization__name"),
        "software.name": _designated(coc, today, "software"),
        "date.today": in_words(today, language),
        "policies.url": _policies_url(),
        **{field: str(chosen[key]) for field, key in SETTINGS.items()},
    }


def read_values(version: DocumentVersion, language: str) -> dict[str, str]:
    """Every field as a reader of a version sees it who is no party to it: the CoCs it is for and its first day among
    them; what is not known stands in brackets, in words."""
    known = {**general_values(language=language), **_of_version(version, language)}
    labels = merge_fields.FIELDS_ES if language == "es" else merge_fields.FIELDS
    return {field: known.get(field) or f"[{label}]" for field, label in labels.items()}


def lacking(version: DocumentVersion) -> list[str]:
    """What a version says with fields that nobody has filled in yet, in words people know."""
    texts = [text for block in version.blocks.all() for text in (block.heading, block.body)]
    known = {**general_values(), **_of_version(version, "en"), "date.effective": "the day it takes effect"}
    return merge_fields.without_value(texts, known)


def _of_version(version: DocumentVersion, language: str) -> dict[str, str]:
    effects = list(version.effects.exclude(state="rejected").select_related("coc").order_by("coc__number"))
    days = [each.effective_from for each in effects if each.effective_from]
    word = " y " if language == "es" else " and "
    return {
        "coc.name": word.join(each.coc.name for each in effects),
        "coc.number": word.join(each.coc.number for each in effects),
        "date.effective": in_words(min(days), language) if days else "",
    }


def _holder(role: str, today: dt.date) -> str:
    """The name of an organization that holds a role today."""
    held = OrganizationRole.objects.filter(running(today), role=role, organization__merged_into=None)
    return held.values_list("organization__name", flat=True).first() or ""


def _designated(coc: Any, today: dt.date, field: str) -> str:
    """From the software designation of a CoC, or of any."""
    named = Designation.objects.filter(running(today), Q(coc=coc) if coc else Q(), kind=Designation.Kind.SOFTWARE)
    return named.values_list(field, flat=True).first() or ""


def _policies_url() -> str:
    try:
        path = reverse("public_policies:index", kwargs={"slug": context.current().slug})
    except NoReverseMatch:  # the room of policies is not installed
        return ""
    return f"{django_settings.PUBLIC_URL}{path}"
