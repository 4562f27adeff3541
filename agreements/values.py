"""The values of merge fields in one packet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from agreements.models import AgreementParty, Packet
from agreements.signers import signatories_of
from hmislead.directory.models import CoC, Designation, OrganizationRole, Participation
from hmislead.directory.querysets import running
from hmislead.tenancy import context, settings
from hmislead.web.templatetags.web import long_date

Role = AgreementParty.Role
MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
OPEN_END = {"en": "until further notice", "es": "hasta nuevo aviso"}


def values_of(packet: Packet) -> dict[str, str]:
    """Every merge field that is known for a packet, as text in its language. Empty where nothing is known."""
    parties = {party.role: party for party in packet.parties.select_related("coc", "organization", "person")}
    today = settings.today()
    agency = _organization(parties, Role.CHO, Role.END_USER)
    lead = _organization(parties, Role.LEAD) or _lead()
    person = parties[Role.END_USER].person if Role.END_USER in parties else None
    coc = parties[Role.COC].coc if Role.COC in parties else _coc_of(agency)
    given = {key: settings.value(f"fields.{key}") for key in ("fee_per_license", "fee_schedule", "disposal_method")}
    return {
        "implementation.name": context.current().name,
        "lead.name": str(lead or ""),
        "lead.contact_email": settings.value("fields.lead_email"),
        "lead.help_url": settings.value("fields.help_url"),
        "coc.name": coc.name if coc else "",
        "coc.number": coc.number if coc else "",
        "agency.name": str(agency or ""),
        **_signatory(agency, today),
        "person.name": str(person or ""),
        "person.email": person.email if person else "",
        "person.title": person.job_title if person else "",
        "supervisor.name": "",
        "vendor.name": str(_organization(parties, Role.VENDOR) or ""),
        "software.name": _software(coc, today),
        "other_party.name": str(_organization(parties, Role.OTHER) or ""),
        "date.effective": in_words(packet.effective_on or today, packet.language),
        "date.ends": in_words(packet.ends_on, packet.language) if packet.ends_on else OPEN_END[packet.language],
        "date.today": in_words(today, packet.language),
        "fee.per_license": given["fee_per_license"],
        "fee.schedule": given["fee_schedule"],
        "retention.electronic_years": str(settings.value("fields.retention_electronic_years")),
        "retention.paper_years": str(settings.value("fields.retention_paper_years")),
        "disposal.method": given["disposal_method"],
        "policies.url": _policies_url(),
    }


def variants_of(packet: Packet) -> set[str]:
    """Which variants of clauses a packet needs: its agency is a victim service provider, covered by HIPAA, in several CoCs."""
    parties = {party.role: party for party in packet.parties.select_related("organization")}
    agency = _organization(parties, Role.CHO, Role.END_USER)
    if agency is None:
        return set()
    today = settings.today()
    roles = set(OrganizationRole.objects.filter(running(today), organization=agency).values_list("role", flat=True))
    cocs = Participation.objects.filter(running(today), organization=agency).values("coc_id").distinct().count()
    found = roles & {"vsp", "hipaa"}
    return found | ({"multi_coc"} if cocs > 1 else set())


def in_words(day: dt.date, language: str) -> str:
    """A day as people write it: 14 March 2027, 14 de marzo de 2027."""
    if language == "es":
        return f"{day.day} de {MONTHS_ES[day.month - 1]} de {day.year}"
    return long_date(day)


def _organization(parties: dict[str, Any], *roles: str) -> Any:
    return next((parties[role].organization for role in roles if role in parties and parties[role].organization), None)


def _lead() -> Any:
    held = OrganizationRole.objects.filter(running(settings.today()), role=OrganizationRole.Role.HMIS_LEAD)
    role = held.select_related("organization").first()
    return role.organization if role else None


def _coc_of(agency: Any) -> CoC | None:
    """The only CoC an agency takes part in, or the only one there is; several are not one."""
    if agency is not None:
        taking_part = Participation.objects.filter(running(settings.today()), organization=agency)
        cocs = list(CoC.objects.filter(pk__in=taking_part.values("coc_id"))[:2])
    else:
        cocs = list(CoC.objects.all()[:2])
    return cocs[0] if cocs else None


def _signatory(agency: Any, today: dt.date) -> dict[str, str]:
    power = signatories_of(organization_id=agency.pk, on=today).first() if agency else None
    return {
        "agency.signatory_name": str(power.person) if power else "",
        "agency.signatory_title": power.title if power else "",
    }


def _software(coc: Any, today: dt.date) -> str:
    named = Designation.objects.filter(running(today), Q(coc=coc) if coc else Q(), kind=Designation.Kind.SOFTWARE)
    return named.values_list("software", flat=True).first() or ""


def _policies_url() -> str:
    try:
        path = reverse("policies:public", kwargs={"slug": context.current().slug})
    except NoReverseMatch:
        return ""
    return f"{django_settings.PUBLIC_URL}{path}"
