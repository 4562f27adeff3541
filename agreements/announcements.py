"""Who is told what about a packet. Signers with a sign-in get a notice; others a personal link by mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from agreements.models import Candidate, Packet, Signer
from agreements.operations import links
from hmislead.documents.days import in_words
from hmislead.notices import audience, mail, operations
from hmislead.notices.models import How
from hmislead.notices.registry import NoticeType
from hmislead.notices.wording import Item
from hmislead.tenancy import context
from hmislead.web.templatetags.web import in_sentence

TYPES = (
    NoticeType(
        "signature_asked",
        "An agreement waits for your signature",
        "Whoever is asked to sign.",
        "you are asked to sign an agreement",
        default=How.AT_ONCE,
        fixed=True,
        button="Read and sign",
        why_es="se le pide firmar un acuerdo",
        button_es="Leer y firmar",
    ),
    NoticeType(
        "packet_moved",
        "An agreement is signed, declined or withdrawn",
        "Its signers, and who sent it.",
        "you sent or signed this agreement",
        default=How.AT_ONCE,
        button="Open the agreement",
        why_es="usted firmó o debía firmar este acuerdo",
        button_es="Abrir el acuerdo",
    ),
    NoticeType(
        "signing_mail",
        "Personal links and codes to sign",
        "Signers without a sign-in.",
        "you were named as a signer",
        default=How.AT_ONCE,
        fixed=True,
        again="The log does not know the secret that was in it. Open the packet and remind its signers there.",
    ),
)


@dataclass(frozen=True)
class MailPreview:
    """A mail as somebody will get it when it is their turn. `position` is their place in the order of signers."""

    name: str
    address: str
    subject: str
    text: str
    position: int = 1


def mails_of(packet: Packet) -> list[MailPreview]:
    """The first mail to every candidate of a packet, in the order of signing. An empty address: nothing can be mailed."""
    found = []
    for signer in packet.signers.exclude(state=Signer.State.REPLACED).select_related("packet"):
        candidates = signer.candidates.filter(removed_at=None).select_related("person__user")
        found += [mail_of(signer, candidate) for candidate in candidates]
    return found


def mail_of(signer: Signer, candidate: Candidate) -> MailPreview:
    """The first mail to one candidate."""
    from agreements import tasks

    candidate.signer = signer
    address = tasks.address_of(candidate)
    if not signs_in(candidate):
        subject, text = tasks.link_mail(candidate, tasks.LINK_STANDS_HERE[signer.packet.language])
        return MailPreview(str(candidate), address, subject, text, signer.position)
    item = _item(signer)
    recipients = audience.recipients_of([candidate.person])
    made = mail.compose(TYPES[0], recipients[0], [item]) if recipients else None
    return MailPreview(
        str(candidate), address, made.subject if made else "", made.text if made else "", signer.position
    )


def asking(packet: Packet, *, again: bool = False, language: str = "") -> str:
    """The sentence that asks for a signature, in the language of what is signed unless another is given."""
    language = language or packet.language
    day = in_words(packet.deadline_on, language)
    if language == "es":
        return f"{'Recordatorio: firme' if again else 'Firme'} a más tardar el {day}: {packet.title}."
    return f"{'Reminder: sign' if again else 'Sign'} the {in_sentence(packet.title)} by {day}."


def _item(signer: Signer) -> Item:
    packet = signer.packet
    path = _path("agreements:sign", pk=signer.pk)
    return Item(asking(packet), path, packet.deadline_on, type=TYPES[0].code, language=packet.language)


def asked(signer: Signer, *, again: bool = False) -> int:
    """Ask every candidate of a signer for the signature. Returns how many people were told."""
    packet = signer.packet
    candidates = signer.candidates.filter(removed_at=None).select_related("person__user")
    inside = [each for each in candidates if signs_in(each)]
    operations.notify(
        type="signature_asked",
        recipients=[each.person for each in inside],
        sentence=asking(packet, again=again),
        path=_path("agreements:sign", pk=signer.pk),
        due_on=packet.deadline_on,
        organization_id=signer.party.organization_id,
        language=packet.language,
    )
    outside = [each for each in candidates if not signs_in(each)]
    for candidate in outside:
        links.send(candidate)
    return len(inside) + len(outside)


def asked_all(signers: list[tuple[Signer, list[Candidate]]]) -> None:
    """Ask the candidates of many signers, each for the first time: what `asked` does for one, in bulk."""
    people = [each.person for _, candidates in signers for each in candidates if each.person]
    here = audience.recipients_by_person(people)
    told, outside = [], []
    for signer, candidates in signers:
        item = _item(signer)
        for each in candidates:
            if each.person_id in here:
                told.append(operations.Telling(here[each.person_id], item, signer.party.organization_id))
            else:
                outside.append(each)
    operations.tell(TYPES[0], told)
    links.send_all(outside)


def completed(packet: Packet) -> None:
    """Tell who sent it that all have signed; signers get their copy once it is sealed."""
    _tell(packet, [packet.created_by], f"All have signed {packet}.")


def sealed(packet: Packet) -> None:
    """Tell every signer, and who sent it, that the sealed copy is ready. Outside signers get theirs by mail."""
    signed = packet.signers.filter(state=Signer.State.SIGNED).select_related("signed_by__user")
    people = [each.signed_by for each in signed if each.signed_by]
    english = f"The sealed copy of {packet} is ready."
    _tell_signers(packet, people, {"en": english, "es": f"La copia sellada de {packet} está lista."}, event="sealed")
    _tell(packet, [packet.created_by], english, event="sealed")


def seal_failed(packet: Packet) -> None:
    _tell(packet, audience.lead_staff(), f"{packet} is signed, but its sealed copy could not be made.", event="failed")


def declined(packet: Packet, signer: Signer) -> None:
    _tell(packet, _senders(packet), f"{packet} was declined. See why, then send it again or withdraw it.")


def closed(packet: Packet) -> None:
    _tell(packet, _senders(packet), f"{packet} was not signed in time. Send it again or withdraw it.")


def withdrawn(packet: Packet) -> None:
    """Tell those who were asked or have signed that nothing is needed any more; their links stop working."""
    told = packet.signers.exclude(state__in=(Signer.State.WAITING, Signer.State.REPLACED))
    for signer in told:
        revoke_links(signer)
    people = [
        each.person for signer in told for each in signer.candidates.select_related("person__user") if each.person
    ]
    words = {
        "en": f"{packet} was withdrawn. You need do nothing more.",
        "es": f"{packet} fue retirado. Usted no tiene que hacer nada más.",
    }
    _tell_signers(packet, people, words)


def revoke_links(signer: Signer, but: Candidate | None = None) -> None:
    """Make the personal links of a signer's candidates useless."""
    links.revoke([each for each in signer.candidates.all() if each != but])


def _senders(packet: Packet) -> list[Any]:
    return [packet.created_by] if packet.created_by else audience.lead_staff()


def _tell_signers(packet: Packet, people: Iterable[Any], words: dict[str, str], event: str = "") -> None:
    """Tell signers in the language of what they sign; who works for the HMIS Lead is told in English."""
    _tell(packet, people, words[packet.language], event, packet.language)


def _tell(packet: Packet, recipients: Iterable[Any], sentence: str, event: str = "", language: str = "en") -> None:
    operations.notify(
        type="packet_moved",
        recipients=[each for each in recipients if each],
        sentence=sentence,
        path=packet.get_absolute_url(),
        key=f"packet:{packet.pk}:{event or packet.state}",
        language=language,
    )


def signs_in(candidate: Candidate) -> bool:
    """Whether a candidate is told here, by a notice; else by mail with a personal link."""
    return bool(candidate.person and audience.members_among([candidate.person]))


def _path(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"slug": context.current().slug, **kwargs})
