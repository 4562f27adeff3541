"""The public pages in Spanish: no English is left on them, in what is wrong with a form neither."""

from __future__ import annotations

import html
import re

import pytest

from policies.cases.operations import grievances

pytestmark = pytest.mark.django_db
ENGLISH = re.compile(
    r"\b(the|this|that|your|you|and|of|to|not|was|been|is|required|please|check|content|site|choose|fill|give|date|day|"
    r"code|number|state|received|decided|closed|sent)\b",
    re.IGNORECASE,
)


def english_in(answer):
    """English words that a reader, or a screen reader, finds on a page; the link to the English page aside."""
    body = answer.content.decode().partition("<body")[2]
    body = re.sub(r'<a [^>]*lang="en".*?</a>', "", body)
    names = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]+)"', body)
    return ENGLISH.findall(html.unescape(" ".join([re.sub(r"<[^>]*>", " ", body.partition(">")[2]), *names])))


@pytest.mark.parametrize(
    ("page", "sent", "status"),
    [
        ("", None, 200),
        ("report/", None, 200),
        ("report/", {"what": "", "happened_on": "ayer"}, 422),
        ("report/", {"what": "Algo.", "happened_on": "2099-01-01"}, 422),
        ("report/", {"what": "El cliente Juan Mora."}, 422),
        ("report/", {"what": "Una clave en una nota."}, 200),
        ("grievance/", None, 200),
        ("grievance/", {"complainant": "nobody", "what": "x" * 5001}, 422),
        ("grievance/", {"complainant": "client", "subject": "privacy", "what": "Nadie me responde."}, 200),
        ("follow/", {"number": "", "code": ""}, 422),
        ("follow/", {"number": "G-1", "code": "A"}, 422),
    ],
)
def test_a_spanish_page_is_spanish_throughout(client, tenant, agency, page, sent, status):
    address = f"/p/north/{page}?lang=es"
    answer = client.get(address) if sent is None else client.post(address, sent)
    assert answer.status_code == status
    assert english_in(answer) == []


def test_a_case_is_followed_in_spanish_and_says_so_when_it_has_moved_on(client, people, tenant):
    made, code = grievances.file_grievance(complainant="client", subject="privacy", what="Nadie responde.")
    key = {"number": made.number, "code": code}
    early = client.post("/p/north/follow/?lang=es", {**key, "do": "rate", "rate": "2"})
    assert english_in(early) == []
    grievances.acknowledge(grievance_id=made.pk, by=people["staff"])
    grievances.begin_review(grievance_id=made.pk, by=people["staff"])
    grievances.decide(grievance_id=made.pk, outcome="upheld", decision="Tiene razón.", by=people["staff"])
    for more in ({}, {"do": "appeal", "what": ""}, {"do": "rate", "rate": ""}, {"do": "rate", "rate": "2"}):
        assert english_in(client.post("/p/north/follow/?lang=es", {**key, **more})) == []
