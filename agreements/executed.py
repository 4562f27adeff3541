"""The executed copy of a packet: what was signed, by whom, and the trail that proves it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

from agreements.models import Packet, Signer, TrailEntry
from agreements.signing_forms import CONSENT
from hmislead.documents.days import in_words
from hmislead.documents.pdf import data_uri, pdf_from
from hmislead.tenancy import context
from hmislead.tenancy.operations import logo_type

TEMPLATE = "documents/executed_agreement.html"
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "kind": "Signed agreement",
        "between": "Between",
        "signatures": "Signatures",
        "signed_by": "Signed by",
        "for": "For",
        "when": "Signed on",
        "how": "How",
        "initials": "Initials",
        "certificate": "Certificate of signing",
        "number": "Number",
        "effect": "Takes effect",
        "ends": "Last day",
        "open": "until further notice",
        "checksum": "SHA-256 of the text that was signed",
        "consent": "What every electronic signer agreed to",
        "trail": "What happened",
        "moment": "When",
        "event": "Event",
        "who": "Who",
        "address": "Internet address",
        "verify": "This file is sealed with a digital signature. Whether a copy is ours and unaltered can be checked at",
        "times": "Times are those of the time zone",
        "paper": "pages",
        "scans": "Signatures on paper",
        "scans_line": "The scans are kept with this agreement. A copy of a scan can be checked against its SHA-256.",
        "scan": "Scan",
        "scan_checksum": "SHA-256 of the scan",
    },
    "es": {
        "kind": "Acuerdo firmado",
        "between": "Entre",
        "signatures": "Firmas",
        "signed_by": "Firmado por",
        "for": "Por",
        "when": "Fecha de firma",
        "how": "Cómo",
        "initials": "Iniciales",
        "certificate": "Certificado de firma",
        "number": "Número",
        "effect": "Entra en vigor",
        "ends": "Último día",
        "open": "hasta nuevo aviso",
        "checksum": "SHA-256 del texto firmado",
        "consent": "Lo que aceptó cada firmante electrónico",
        "trail": "Qué sucedió",
        "moment": "Cuándo",
        "event": "Suceso",
        "who": "Quién",
        "address": "Dirección de internet",
        "verify": "Este archivo está sellado con una firma digital. Se puede comprobar si una copia es nuestra y no fue "
        "alterada en",
        "times": "Las horas son de la zona horaria",
        "paper": "páginas",
        "scans": "Firmas en papel",
        "scans_line": "Las imágenes se guardan con este acuerdo. Una copia se puede comprobar con su SHA-256.",
        "scan": "Imagen",
        "scan_checksum": "SHA-256 de la imagen",
    },
}
METHODS = {
    "en": {"sign_in": "Signed in", "link": "Personal link and mailed code", "paper": "On paper"},
    "es": {"sign_in": "Con su cuenta", "link": "Enlace personal y código", "paper": "En papel"},
}

EVENTS_ES = {
    "created": "Preparado",
    "sent": "Enviado para firma",
    "asked": "Se pidió la firma",
    "code": "Código enviado",
    "seen": "Abierto",
    "consented": "Aceptó firmar electrónicamente",
    "signed": "Firmado",
    "declined": "Rechazado",
    "delegated": "Delegado",
    "replaced": "Firmante reemplazado",
    "corrected": "Corregido y enviado de nuevo",
    "reminded": "Recordatorio enviado",
    "withdrawn": "Retirado",
    "expired": "No firmado a tiempo",
    "completed": "Firmado por todos",
    "sealed": "Sellado",
}


def executed_pdf(packet: Packet) -> bytes:
    """The executed copy as PDF/UA-1: text, signatures, and the certificate page with the event trail.

    Made of what the packet keeps alone, so that it comes out the same whenever it is made.
    """
    implementation, language = context.current(), packet.language
    rows = packet.signers.filter(state=Signer.State.SIGNED)
    signers = list(rows.select_related("party__organization", "party__coc", "paper"))
    with timezone.override(implementation.zone):
        return pdf_from(
            TEMPLATE,
            {
                "implementation_name": implementation.name,
                "logo": _logo(implementation),
                "packet": packet,
                "agreement": packet.agreement,
                "parties": sorted(packet.parties.all(), key=lambda party: party.role == "lead"),
                "blocks": [_with_initials(block, signers) for block in packet.blocks],
                "signers": [
                    (each, METHODS[language].get(each.method, each.method), _moment(each.signed_at, language))
                    for each in signers
                ],
                "scans": [each for each in signers if each.paper],
                "effective": in_words(packet.agreement.effective_on, language) if packet.agreement else "",
                "ends": _last_day(packet, language),
                "trail": [
                    (each, _event(each, language), _moment(each.at, language, seconds=True))
                    for each in packet.trail.all()
                ],
                "words": WORDS[language],
                "consent": CONSENT[language],
                "zone": str(implementation.zone),
                "verify_url": _verify_url(language),
                "made_at": packet.completed_at,
            },
            title=f"{packet.title}, {packet.number}",
            language=language,
        )


def _with_initials(block: dict[str, Any], signers: list[Signer]) -> dict[str, Any]:
    given = [(str(each), each.initials.get(block["key"], "")) for each in signers]
    return {**block, "given": [(who, letters) for who, letters in given if letters]}


def _moment(at: dt.datetime | None, language: str, *, seconds: bool = False) -> str:
    """A moment as people write it, in the zone that is in force: 14 March 2027, 16:05."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{in_words(local.date(), language)}, {time}"


def _verify_url(language: str) -> str:
    url = f"{django_settings.PUBLIC_URL}{reverse('verify:verify')}"
    return f"{url}?language={language}" if language == "es" else url


def _last_day(packet: Packet, language: str) -> str:
    ends = packet.agreement.ends_on if packet.agreement else None
    return in_words(ends, language) if ends else WORDS[language]["open"]


def _event(entry: TrailEntry, language: str) -> str:
    return EVENTS_ES[entry.kind] if language == "es" else entry.get_kind_display()


def _logo(implementation: Any) -> str:
    logo = bytes(implementation.logo) if implementation.logo else b""
    return data_uri(logo, logo_type(logo)) if logo else ""
