"""The requirements that agreements prove (GOV-05..07), and what the Lead may decide about them."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse

from agreements.coverage import with_cover
from hmislead.compliance.registry import Evaluation, Requirement, by_expiry, register
from hmislead.directory.models import CoC, License, Organization, OrganizationRole
from hmislead.directory.querysets import running
from hmislead.directory.requirement_queries import comparable_only
from hmislead.tenancy.settings import SettingDefinition
from hmislead.tenancy.settings import register as register_settings

NO_AGREEMENT_OWED = "All its projects are in a comparable database"


def coc_lead_agreement(evaluation: Evaluation) -> QuerySet[Any]:
    """Per CoC: an agreement between it and its HMIS Lead is in force (GOV-05)."""
    counts = Q(agreement_parties__agreement__type="coc_lead", agreement_parties__role="coc")
    found = with_cover(CoC.objects.all(), "agreement_parties", counts, evaluation.as_of)
    return by_expiry(found, evaluation, exists="covered")


def participation_agreement(evaluation: Evaluation) -> QuerySet[Any]:
    """Per CHO but the Lead itself: its participation agreement is in force (GOV-06, GOV-16).

    Owed by access-only agencies too. A victim service provider whose projects are all in a comparable database owes
    none: it does not take part in the HMIS.
    """
    day = evaluation.as_of
    leads = OrganizationRole.objects.filter(running(day), role="hmis_lead", organization=OuterRef("pk"))
    chos = Organization.objects.chos(day).exclude(Exists(leads))
    counts = Q(agreement_parties__agreement__type="participation", agreement_parties__role="cho")
    found = by_expiry(with_cover(chos, "agreement_parties", counts, day), evaluation, exists="covered")
    owes_none = comparable_only(day)
    return found.annotate(
        result=Case(When(owes_none, then=Value("not_applicable")), default=F("result"), output_field=CharField()),
        due_on=Case(When(owes_none, then=None), default=F("due_on")),
        lapses_on=Case(When(owes_none, then=None), default=F("lapses_on")),
        note=Case(When(owes_none, then=Value(NO_AGREEMENT_OWED)), default=Value(""), output_field=CharField()),
    )


def end_user_agreement(evaluation: Evaluation) -> QuerySet[Any]:
    """Per license, the Lead's own staff included: the person's agreement is in force (GOV-07, GOV-23).

    By setting one agreement holds for the license at one agency, or for all licenses of the person.
    """
    party = "person__agreement_parties"
    counts = Q(**{f"{party}__agreement__type": "end_user", f"{party}__role": "end_user"})
    if evaluation.setting("end_user_agreement.per") == "license":
        counts &= Q(**{f"{party}__organization": F("organization")})
    licenses = License.objects.living_on(evaluation.as_of)
    return by_expiry(with_cover(licenses, party, counts, evaluation.as_of), evaluation, exists="covered")


def agreements_of(kind: str, slug: str, subject_id: UUID) -> str:
    """The page with one subject's agreements, and the button that records one for who may."""
    return reverse("agreements:subject-agreements", kwargs={"slug": slug, "kind": kind, "pk": subject_id})


def register_agreement_requirements() -> None:
    """Called once, when the app is ready."""
    register(
        Requirement(
            code="coc-lead-agreement",
            title="CoC-Lead agreement in force",
            subject="coc",
            standards=("GOV-05", "GOV-08"),
            evaluate=coc_lead_agreement,
            link=partial(agreements_of, "coc"),
            fix="Record the agreement",
            fixed_by=("record_evidence",),
            order=12,
            plain="The CoC's agreement with the HMIS Lead",
        ),
        Requirement(
            code="participation-agreement",
            title="Participation agreement in force",
            subject="organization",
            standards=("GOV-06", "GOV-16", "MGT-39", "SEC-48"),
            evaluate=participation_agreement,
            link=partial(agreements_of, "organization"),
            fix="Record the agreement",
            fixed_by=("record_evidence",),
            blocks=True,
            order=20,
            plain="Your agency's agreement with the HMIS Lead",
        ),
        Requirement(
            code="end-user-agreement",
            title="End-user agreement in force",
            subject="license",
            standards=("GOV-07", "GOV-23", "MGT-40", "PRI-27", "SEC-31"),
            evaluate=end_user_agreement,
            link=partial(agreements_of, "license"),
            fix="Record the agreement",
            fixed_by=("record_evidence",),
            blocks=True,
            order=21,
            plain="The user's signed agreement",
        ),
    )


def register_agreement_settings() -> None:
    """Called once, when the app is ready."""
    register_settings(
        SettingDefinition(
            "end_user_agreement.per",
            "One end-user agreement is signed",
            "Agreements",
            "choice",
            "license",
            "Per license: a person at two agencies signs two. Per person: one agreement holds at every agency.",
            standards=("GOV-07", "GOV-23"),
            choices=(("license", "For each license"), ("person", "Once for each person")),
        ),
        SettingDefinition(
            "end_user_agreement.cosigner",
            "An end-user agreement is signed besides by",
            "Agreements",
            "choice",
            "nobody",
            "After the user has signed.",
            standards=("GOV-23",),
            choices=(("nobody", "Nobody else"), ("signatory", "An authorized signatory of the agency")),
        ),
    )
