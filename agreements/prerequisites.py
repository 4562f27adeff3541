"""What comes before an end user signs, by setting: agency agreement, training, quiz, then the signature, then the license."""

from __future__ import annotations

from agreements.models import Agreement, AgreementParty, Packet, PacketParty
from hmislead.compliance import prerequisites
from hmislead.errors import DomainError
from hmislead.tenancy import settings

SETTING = "end_user_agreement.after"


def require_before(packet: Packet) -> None:
    """Raises DomainError, naming what is missing, when an end-user packet comes before its prerequisites (GOV-23)."""
    if packet.type == Agreement.Type.END_USER:
        rows = packet.parties.filter(role=AgreementParty.Role.END_USER).select_related("person")
        require_of(rows.first(), settings.value(SETTING))


def require_of(party: PacketParty | None, codes: list[str]) -> None:
    """Raises DomainError, naming what is missing, when an end user has not proved these requirements (GOV-23)."""
    if not codes or party is None:
        return
    missing = prerequisites.missing(codes, organization_id=party.organization_id, person_id=party.person_id)
    if missing:
        raise DomainError(f"{party.person} cannot sign yet. First comes: {', '.join(missing)}.")
