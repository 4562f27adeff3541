"""Whoever follows any link of any page they can reach comes to a page that says what people understand: no link is
offered that leads to a refusal, and nothing is shown that only a programmer can read."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve

from tests.pages_world import ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LINK = re.compile(r'<a\b[^>]*?\shref="([^"#][^"]*)"')
# What Python says of a thing that was not asked for its words.
OF_PYTHON = re.compile(r"functools\.|&lt;(?:bound method|function|class|[\w.]+ object at|[A-Z]\w+: )|Traceback")
# Pages of one kind differ with the state of what they are about: this many of each are looked at.
OF_A_KIND = 2


def links(answer, address):
    """The addresses on this site that a page links to."""
    text = answer.content.decode()
    for found in LINK.findall(text):
        url = urlsplit(urljoin(address, unescape(found)))
        # Another order or a file of the same rows is the same page.
        if not url.netloc and url.path.startswith("/i/") and not re.search("(sort|cols|export|page)=", url.query):
            yield f"{url.path}?{url.query}" if url.query else url.path


@pytest.mark.parametrize("who", ROLES)
def test_no_link_leads_to_a_refusal(client, laid_world, who):
    client.force_login(laid_world.users[who])
    home = f"/i/{laid_world.slug}/"
    waiting, known, opened, wrong = [(home, "")], {home}, {}, []
    while waiting:
        address, came_from = waiting.pop(0)
        name = resolve(urlsplit(address).path).view_name
        opened[name] = opened.get(name, 0) + 1
        if opened[name] > OF_A_KIND:
            continue
        answer = client.get(address)
        if answer.status_code not in {200, 302}:
            wrong.append((answer.status_code, address, "from", came_from))
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            wrong += [(found, address) for found in OF_PYTHON.findall(answer.content.decode())]
            new = [each for each in dict.fromkeys(links(answer, address)) if each not in known]
            known.update(new)
            waiting += [(each, address) for each in new]
    assert wrong == [], "\n" + "\n".join(map(str, wrong))
    assert len(opened) >= 5, opened
