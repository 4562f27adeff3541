"""Requirements about signing: what was sent is signed in time, and nobody is left on a version that all must sign anew."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, DateField, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse

from agreements.models import Agreement, AgreementParty, Packet
from agreements.prerequisites import SETTING
from agreements.requirements import agreements_of
from hmislead.compliance.expressions import AddDays, LocalDay
from hmislead.compliance.prerequisites import Choices
from hmislead.compliance.registry import Evaluation, Requirement, by_expiry, register
from hmislead.directory.models import CoC, License, Organization
from hmislead.documents.models import DocumentVersion
from hmislead.tenancy.settings import SettingDefinition
from hmislead.tenancy.settings import register as register_settings

GRACE = "agreements.new_version_days"


def signed_in_time(evaluation: Evaluation) -> QuerySet[Any]:
    """Per CHO: no agreement that was sent to it is past its last day to sign (GOV-40). Without one: not applicable."""
    day = evaluation.as_of
    packets = (
        Packet.objects.alias(sent_on=LocalDay("sent_at"), completed_on=LocalDay("completed_at"))
        .filter(Q(completed_at=None) | Q(completed_on__gt=day), sent_on__lte=day)
        .filter(parties__role="cho", parties__organization=OuterRef("pk"))
        .exclude(state=Packet.State.WITHDRAWN)
        .order_by()
        .values("parties__organization")
    )
    first = packets.annotate(first=Min("deadline_on")).values("first")
    found = Organization.objects.chos(evaluation.as_of).annotate(
        expires_on=Subquery(first[:1], output_field=DateField())
    )
    return by_expiry(found, evaluation, none="not_applicable")


def coc_lead_version(evaluation: Evaluation) -> QuerySet[Any]:
    """Per CoC: it has signed the version that all must sign anew, or still has days to do so (GOV-05)."""
    return _version_of(CoC.objects.all(), evaluation, "coc_lead", {"coc": OuterRef("pk"), "role": "coc"})


def participation_version(evaluation: Evaluation) -> QuerySet[Any]:
    """Per CHO: it has signed the version that all must sign anew, or still has days to do so."""
    chos = Organization.objects.chos(evaluation.as_of)
    return _version_of(chos, evaluation, "participation", {"organization": OuterRef("pk"), "role": "cho"})


def end_user_version(evaluation: Evaluation) -> QuerySet[Any]:
    """Per license: its person has signed the version that all must sign anew, or still has days to do so."""
    party = {"person": OuterRef("person"), "role": "end_user"}
    if evaluation.setting("end_user_agreement.per") == "license":
        party["organization"] = OuterRef("organization")
    return _version_of(License.objects.living_on(evaluation.as_of), evaluation, "end_user", party)


def _version_of(subjects: QuerySet[Any], evaluation: Evaluation, kind: str, party: dict[str, Any]) -> QuerySet[Any]:
    day = evaluation.as_of
    bound = Agreement.objects.filter(type=kind).exclude(version=None).in_force(day)
    signed = AgreementParty.objects.filter(agreement__in=bound, **party).order_by("-agreement__version__number")
    newer = DocumentVersion.objects.filter(
        document_id=OuterRef("signed_document"),
        number__gt=OuterRef("signed_number"),
        must_sign_again=True,
        state__in=(DocumentVersion.State.EFFECTIVE, DocumentVersion.State.SUPERSEDED),
        effective_on__lte=day,
    ).order_by("effective_on")
    found = subjects.alias(
        signed_document=Subquery(signed.values("agreement__version__document_id")[:1]),
        signed_number=Subquery(signed.values("agreement__version__number")[:1]),
    ).alias(asked_on=Subquery(newer.values("effective_on")[:1], output_field=DateField()))
    found = found.annotate(expires_on=AddDays(F("asked_on"), evaluation.setting(GRACE)))
    result = by_expiry(found, evaluation, none="met", note=Value("", CharField()))
    return result.annotate(
        result=Case(
            When(signed_number=None, then=Value("not_applicable")),
            When(result="overdue", then=Value("not_met")),
            default=F("result"),
            output_field=CharField(),
        )
    )


def packets_of(slug: str, subject_id: UUID) -> str:
    """The list of what an agency has still to sign."""
    return reverse("agreements:packet-list", kwargs={"slug": slug}) + f"?waiting_for={subject_id}"


def register_packet_requirements() -> None:
    """Called once, when the app is ready."""
    register(
        Requirement(
            code="coc-lead-agreement-version",
            title="Current version of the CoC-Lead agreement signed",
            subject="coc",
            standards=("GOV-05",),
            evaluate=coc_lead_version,
            link=partial(agreements_of, "coc"),
            fix="Send the new version",
            fixed_by=("send_packets",),
            order=13,
            plain="The newest agreement of the CoC with the HMIS Lead",
        ),
        Requirement(
            code="agreements-signed-in-time",
            title="Agreements sent to it are signed in time",
            subject="organization",
            standards=("GOV-06",),
            evaluate=signed_in_time,
            link=packets_of,
            fix="See what waits",
            order=22,
            plain="What you were sent to sign",
        ),
        Requirement(
            code="participation-agreement-version",
            title="Current version of the participation agreement signed",
            subject="organization",
            standards=("GOV-06",),
            evaluate=participation_version,
            link=partial(agreements_of, "organization"),
            fix="Send the new version",
            fixed_by=("send_packets",),
            order=23,
            plain="The newest agreement with the HMIS Lead",
        ),
        Requirement(
            code="end-user-agreement-version",
            title="Current version of the end-user agreement signed",
            subject="license",
            standards=("GOV-07", "GOV-23"),
            evaluate=end_user_version,
            link=partial(agreements_of, "license"),
            fix="Send the new version",
            fixed_by=("send_packets",),
            order=24,
            plain="The newest agreement of the user",
        ),
    )


def register_packet_settings() -> None:
    """Called once, when the app is ready."""
    register_settings(
        SettingDefinition(
            GRACE,
            "Time to sign a new version that all must sign",
            "Agreements",
            "integer",
            30,
            "From the day the new version takes effect. After it, who is left on the older one does not meet the rule.",
            standards=("GOV-06", "GOV-07"),
            minimum=0,
            maximum=730,
            unit="days",
        ),
        SettingDefinition(
            SETTING,
            "Before an end user signs, this must be proved",
            "Agreements",
            "choices",
            [],
            "For example: the agency's agreement, then the training. Without it nothing is sent or signed.",
            standards=("GOV-23",),
            choices=Choices("end-user-agreement", "end-user-agreement-version"),  # type: ignore[arg-type]
        ),
    )
