"""One e-mail as it is sent: subject, text and HTML from our own templates, and the message given to the mail server.

The words are written once, when a message is queued or its digest grows, and kept with it: what a preview or the log
shows is what goes out.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from hmislead.notices import wording
from hmislead.notices.audience import Recipient
from hmislead.notices.models import How, Message
from hmislead.notices.registry import TYPES, NoticeType
from hmislead.notices.wording import Item
from hmislead.tenancy import context, settings

STYLE = (django_settings.BASE_DIR / "templates" / "notices" / "mail" / "style.css").read_text()
MOST_LINES = 40  # a longer mail is not read; the rest is on the site
PERIODS = {How.DAILY: "a day", How.WEEKLY: "a week"}


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str
    html: str


def compose(
    type: NoticeType, recipient: Recipient, items: list[Item], *, subject: str = "", intro: str = "", period: str = ""
) -> Mail:
    """The mail that tells `items`. `subject` and `intro` are a person's own words in place of ours; `period` (a How)
    makes it a digest. Subjects and sentences hold no personal data: that is the caller's part."""
    here, today = context.current(), settings.today()
    ordered = sorted(items, key=lambda item: (item.due_on is None, item.due_on, item.sentence))
    language = _language(type, ordered, period)
    why, button = (type.why, _button(type, ordered)) if language == "en" else (type.why_es, type.button_es)
    line = " ".join((subject or wording.subject_of(ordered, here.name, today, language)).split())[:200]
    home = here.get_absolute_url()
    words: dict[str, Any] = {
        "implementation": here,
        "language": language,
        "first_line": line,
        "intro": intro,
        "entries": [] if len(ordered) == 1 and not (subject or intro) else _entries(ordered[:MOST_LINES]),
        "further": max(len(ordered) - MOST_LINES, 0),
        "button": button,
        "url": absolute(ordered[0].path if len(ordered) == 1 else home) if recipient.user_id else "",
        "why": f"you get one mail {PERIODS[How(period)]} with everything that is for you" if period else why,
        "fewer_url": _preferences(here.slug) if recipient.user_id and (period or not type.fixed) else "",
        "style": STYLE,
    }
    text = render_to_string(f"{type.template}.txt", words)
    return Mail(line, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", render_to_string(f"{type.template}.html", words))


def absolute(path: str) -> str:
    """The whole address of a page of this site."""
    return f"{django_settings.PUBLIC_URL}{path}"


def envelope(message: Message) -> EmailMultiAlternatives:
    """What is given to the mail server. Its Message-ID is the message's own: should a worker die between sending and
    noting it, the second copy carries the same, and mail programs that compare them show one."""
    host = urlsplit(django_settings.PUBLIC_URL).hostname or "localhost"
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        to=[message.address],
        headers={"Message-ID": f"<{message.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(message.html, "text/html")
    # Read back from the provider's delivery reports (`tracking`); ids only.
    mail.metadata = {"message": str(message.pk), "implementation": str(message.implementation_id)}  # type: ignore[attr-defined]
    return mail


def style_hash(html: str) -> str:
    """The Content-Security-Policy source that allows exactly the style of a stored mail, to show it on a page."""
    found = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = hashlib.sha256((found.group(1) if found else "").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _button(type: NoticeType, items: list[Item]) -> str:
    """What the button says: of a digest with one thing in it, what that thing's own mail would say."""
    single = TYPES.get(items[0].type) if len(items) == 1 else None
    return (single or type).button


def _entries(items: list[Item]) -> list[dict[str, str]]:
    return [{"sentence": item.sentence, "url": absolute(item.path), "language": item.language} for item in items]


def _language(type: NoticeType, items: list[Item], period: str) -> str:
    """The language of a mail's fixed words: Spanish if all it tells is, and the type knows them; digests are English."""
    return "es" if type.why_es and not period and all(item.language == "es" for item in items) else "en"


def _preferences(slug: str) -> str:
    return absolute(reverse("notices:preference-edit", kwargs={"slug": slug}))
