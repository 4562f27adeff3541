"""What the pages of signers say, in the language of what is signed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agreements.models import Packet, Signer
from agreements.operations import links
from hmislead.documents.days import in_words
from hmislead.web.templatetags.web import in_sentence

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "skip": "Skip to main content",
        "footer": "This site never holds client records.",
        "required": "required",
        "empty": "Fill this in.",
        "wait": "The code is on its way to you. It works for {minutes} minutes.",
        "ask_title": "Sign an agreement",
        "ask": "{name} asks for your signature",
        "ask_copy_title": "Read what you signed",
        "ask_copy": "{name} keeps your signed copy ready",
        "to": "To be sure it is you, we send six digits to",
        "then": "Type them here, then you can read and sign.",
        "then_copy": "Type them here, then you can read and download it.",
        "send": "Send me the code",
        "again": "Send a new code",
        "go_on": "Go on",
        "code": "The six digits from the mail",
        "by": "sign by {day}",
        "here": "Sign here",
        "sign": "Sign the {title}",
        "pass_on": "Pass it on to somebody else who may sign",
        "decline": "Decline to sign",
        "decline_this": "Decline to sign the {title}",
        "why": "Why you do not sign",
        "why_hint": "The HMIS Lead reads this. Write nothing about clients.",
        "back": "Back to the agreement",
        "kept": "What you sign is kept with its checksum",
        "proof": "the time, your internet address and your browser, as proof.",
        "not_yet": "You have not signed yet",
        "tick": "Tick this box to sign electronically, or ask for a paper to sign.",
        "name": "Your full name, as your signature",
        "initials": "Your initials",
        "thanks_title": "Thank you",
        "thanks": "Thank you, you have signed",
        "next": "The {title} is signed for your part. When everybody has signed, we mail you the sealed copy. You can "
        "close this page.",
        "sealed": "sealed on {sealed}",
        "all_signed": "Everybody has signed",
        "keep": "Keep the sealed copy: it holds the text, who signed it and when, and it shows any later change.",
        "download": "Download the sealed copy",
        "declined": "You declined to sign",
        "told": "The HMIS Lead has been told why. You need do nothing more.",
    },
    "es": {
        "skip": "Ir al contenido principal",
        "footer": "Este sitio nunca guarda expedientes de clientes.",
        "required": "obligatorio",
        "empty": "Complete este campo.",
        "wait": "El código va en camino. Sirve durante {minutes} minutos.",
        "ask_title": "Firmar un acuerdo",
        "ask": "{name} le pide su firma",
        "ask_copy_title": "Leer lo que firmó",
        "ask_copy": "{name} guarda para usted la copia firmada",
        "to": "Para estar seguros de que es usted, enviamos seis cifras a",
        "then": "Escríbalas aquí y podrá leer y firmar.",
        "then_copy": "Escríbalas aquí y podrá leerla y descargarla.",
        "send": "Enviarme el código",
        "again": "Enviar un código nuevo",
        "go_on": "Continuar",
        "code": "Las seis cifras del correo",
        "by": "firme a más tardar el {day}",
        "here": "Firme aquí",
        "sign": "Firmar: {title}",
        "pass_on": "Pasar la firma a otra persona autorizada",
        "decline": "No firmar",
        "decline_this": "No firmar: {title}",
        "why": "Por qué no firma",
        "why_hint": "El HMIS Lead lee esto. No escriba nada sobre clientes.",
        "back": "Volver al acuerdo",
        "kept": "Lo que firma se guarda con su suma de verificación",
        "proof": "la hora, su dirección de internet y su navegador, como prueba.",
        "not_yet": "Todavía no ha firmado",
        "tick": "Marque esta casilla para firmar electrónicamente, o pida un papel para firmar.",
        "name": "Su nombre completo, como firma",
        "initials": "Sus iniciales",
        "thanks_title": "Gracias",
        "thanks": "Gracias, usted ha firmado",
        "next": "Su parte está firmada: {title}. Cuando todos hayan firmado le enviamos por correo la copia sellada. "
        "Puede cerrar esta página.",
        "sealed": "sellado el {sealed}",
        "all_signed": "Todos han firmado",
        "keep": "Guarde la copia sellada: contiene el texto, quién lo firmó y cuándo, y muestra cualquier cambio posterior.",
        "download": "Descargar la copia sellada",
        "declined": "Usted decidió no firmar",
        "told": "El HMIS Lead sabe por qué. No tiene que hacer nada más.",
    },
}
# What links and codes refuse, in Spanish. Who opens a link that is closed may read either language.
REFUSALS_ES = {
    links.UNKNOWN: "No conocemos este enlace. Abra el del correo más reciente, o pida uno nuevo a quien se lo envió.",
    links.USED: "Este enlace ya se usó: el acuerdo está firmado. No hace falta nada más.",
    links.OVER: "El plazo para firmar con este enlace terminó. Pida a quien se lo envió que envíe el acuerdo otra vez.",
    links.COPY_OVER: f"Este enlace sirvió durante {links.COPY_DAYS} días, que ya pasaron. Pida la copia firmada a quien "
    "se lo envió.",
    links.REVOKED: "Este enlace ya no sirve. Si todavía espera firmar, pregunte a quien se lo envió.",
    links.CODE_OVER: "Este código ya no sirve. Pida uno nuevo.",
    links.CODE_TRIES: "Demasiados intentos equivocados. Pida un código nuevo.",
    links.CODE_WRONG: "Este no es el código que enviamos. Mire el correo más reciente y escriba sus seis cifras.",
}


def words_of(packet: Packet) -> dict[str, str]:
    """The words of a packet's language, with its title, its last day to sign and who asks filled in."""
    language = packet.language
    title = packet.title if language == "es" else in_sentence(packet.title)
    known = {
        "title": title,
        "day": in_words(packet.deadline_on, language),
        "name": packet.implementation.name,
        "minutes": links.CODE_MINUTES,
        "sealed": in_words(timezone.localtime(packet.sealed_at).date(), language) if packet.sealed_at else "",
    }
    return {key: text.format(**known) for key, text in WORDS[language].items()}


def about(packet: Packet) -> dict[str, Any]:
    """What every page behind a personal link is told: it speaks the language of the packet from its first line."""
    return {
        "packet": packet,
        "words": words_of(packet),
        "implementation": packet.implementation,
        "LANGUAGE_CODE": packet.language,
    }


def part_of(signer: Signer) -> str:
    """For whom a signature is given: capacities are written in English, so that a Spanish page names the party alone."""
    return signer.capacity if signer.packet.language == "en" else str(signer.party)


def refusal(message: str, language: str) -> str:
    """What was refused, in a language where we have it in that language."""
    return REFUSALS_ES.get(message, message) if language == "es" else message


def speak(form: Any, words: dict[str, str]) -> None:
    """Let a form name its required fields and what is missing in these words."""
    form.required_word, form.error_title = words["required"], words["not_yet"]
    for field in form.fields.values():
        field.error_messages["required"] = words["empty"]
