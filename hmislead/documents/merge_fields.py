"""Merge fields: `{{agency.name}}` in a clause becomes the agency's name in the document that is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.utils.html import escape

FIELDS: dict[str, str] = {
    "implementation.name": "Name of the implementation",
    "lead.name": "Name of the HMIS Lead",
    "lead.contact_email": "The HMIS Lead's e-mail address for questions",
    "lead.help_url": "Where to ask the HMIS Lead for help",
    "coc.name": "Name of the CoC",
    "coc.number": "Number of the CoC",
    "agency.name": "Name of the agency",
    "agency.signatory_name": "Who signs for the agency",
    "agency.signatory_title": "Title of who signs for the agency",
    "person.name": "Name of the person",
    "person.email": "E-mail address of the person",
    "person.title": "Job title of the person",
    "supervisor.name": "Name of the person's supervisor",
    "vendor.name": "Name of the vendor",
    "software.name": "Name of the HMIS software",
    "other_party.name": "Name of the other party",
    "date.effective": "The day it takes effect",
    "date.ends": "Its last day",
    "date.today": "The day it was sent",
    "fee.per_license": "Yearly fee for one license",
    "fee.schedule": "Schedule of fees",
    "retention.electronic_years": "Years electronic client documents are kept",
    "retention.paper_years": "Years paper client documents are kept",
    "disposal.method": "How paper client documents are destroyed",
    "policies.url": "Address of the public page of policies",
}
FIELDS_ES: dict[str, str] = {
    "implementation.name": "Nombre del sistema",
    "lead.name": "Nombre del HMIS Lead",
    "lead.contact_email": "Correo electrónico del HMIS Lead para preguntas",
    "lead.help_url": "Dónde pedir ayuda al HMIS Lead",
    "coc.name": "Nombre del CoC",
    "coc.number": "Número del CoC",
    "agency.name": "Nombre de la agencia",
    "agency.signatory_name": "Quién firma por la agencia",
    "agency.signatory_title": "Cargo de quien firma por la agencia",
    "person.name": "Nombre de la persona",
    "person.email": "Correo electrónico de la persona",
    "person.title": "Cargo de la persona",
    "supervisor.name": "Nombre de quien supervisa a la persona",
    "vendor.name": "Nombre del proveedor",
    "software.name": "Nombre del programa de HMIS",
    "other_party.name": "Nombre de la otra parte",
    "date.effective": "El día en que entra en vigor",
    "date.ends": "Su último día",
    "date.today": "El día en que se envió",
    "fee.per_license": "Cuota anual por una licencia",
    "fee.schedule": "Calendario de cuotas",
    "retention.electronic_years": "Años que se guardan los documentos electrónicos de clientes",
    "retention.paper_years": "Años que se guardan los documentos en papel de clientes",
    "disposal.method": "Cómo se destruyen los documentos en papel de clientes",
    "policies.url": "Dirección de la página pública de políticas",
}
FIELD = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")


def used_in(texts: Iterable[str]) -> list[str]:
    """The fields that these texts use, each once, in order of appearance; unknown ones too."""
    return list(dict.fromkeys(found for text in texts for found in FIELD.findall(text)))


def unknown_in(texts: Iterable[str]) -> list[str]:
    """Fields that do not exist: a slip of the pen."""
    return [field for field in used_in(texts) if field not in FIELDS]


def fill(html: str, values: Mapping[str, str]) -> str:
    """`html` with each field replaced by its value, escaped. A field without a value stays as it is written."""
    return FIELD.sub(lambda found: escape(values[found[1]]) if values.get(found[1]) else found[0], html)


def without_value(texts: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """The fields of these texts that `values` leaves empty, in words people know."""
    return [FIELDS.get(field, field) for field in used_in(texts) if not values.get(field)]
