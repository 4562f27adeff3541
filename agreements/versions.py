"""Which version of a template somebody signs: the one that holds in their CoCs, by the Lead's setting."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from agreements.known import Known
from agreements.parties import SUBJECT, PartyData, Role, Type
from hmislead.documents.models import DocumentVersion
from hmislead.errors import DomainError


def require_version(version: DocumentVersion, parties: Iterable[PartyData], known: Known) -> None:
    """Raises DomainError unless the CoCs of the agency, or the CoC itself, go by this version of the document (GOV-06).

    The setting `documents.several_cocs` decides for an agency in several CoCs. Who belongs to no CoC, and parties
    outside, sign any version in effect.
    """
    role = SUBJECT[Type(version.document.type)]
    party = next(each for each in parties if each.role == role)
    cocs = _cocs_of(party, known)
    if not cocs:
        return
    held = known.version_in(version, cocs)
    if held == version:
        return
    name = str(known.organization(party.organization_id) if party.organization_id else known.coc(cocs[0]))
    if held is not None:
        raise DomainError(f"{name} goes by {held}, by its CoCs and your settings. Send that version to it.")
    if not party.organization_id:
        raise DomainError(f"{version} is not in effect in {name}. Have it approved there first.")
    where = "the CoC" if len(cocs) == 1 else "every CoC"
    more = "" if len(cocs) == 1 else " Your settings ask that of agencies in several CoCs."
    raise DomainError(f"{version} is not in effect in {where} of {name}. Have it approved there first.{more}")


def _cocs_of(party: PartyData, known: Known) -> list[UUID]:
    if party.coc_id:
        return [party.coc_id]
    if party.role not in {Role.CHO, Role.END_USER}:
        return []
    return [coc.pk for coc in known.cocs(party.organization_id)] if party.organization_id else []
