"""Agreements, and the packets in which people sign them."""

from agreements.models.agreement import Agreement, AgreementParty
from agreements.models.packet import Campaign, Candidate, Packet, PacketParty, Signer, TrailEntry
from agreements.models.signing_link import SigningLink

__all__ = [
    "Agreement",
    "AgreementParty",
    "Campaign",
    "Candidate",
    "Packet",
    "PacketParty",
    "Signer",
    "SigningLink",
    "TrailEntry",
]
