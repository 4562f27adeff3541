"""Dull documents: valid and minimal."""

from __future__ import annotations

import datetime as dt

from hmislead.directory.models import CoC
from hmislead.documents.models import Block, Document, DocumentVersion, VersionEffect
from hmislead.tenancy.operations import next_number

LONG_AGO = dt.date(2025, 1, 1)


def version(type="participation", *, state="effective", texts=(("Duties", "We do our part."),), cocs=None, **fields):
    """A version of a new document of `type`, with a clause for each (heading, text), in effect in `cocs`: by default in
    every CoC, if it is in effect."""
    document = Document.objects.create(
        type=type, title=fields.pop("title", "Agreement"), number=f"D-{next_number('D')}"
    )
    return next_version(document, state=state, texts=texts, cocs=cocs, **fields)


def next_version(document, *, state="effective", texts=(("Duties", "We do our part."),), cocs=None, **fields):
    number = document.versions.count() + 1
    made = DocumentVersion.objects.create(document=document, number=number, state=state, **fields)
    for position, (heading, body) in enumerate(texts, 1):
        block(made, position, heading=heading, body=body)
    everywhere = CoC.objects.all() if state == "effective" else ()
    for coc in everywhere if cocs is None else cocs:
        effect(made, coc)
    return made


def block(version, position=1, **fields):
    values = {"key": f"clause-{position}", "heading": "Duties", "body": "We do our part.", **fields}
    return Block.objects.create(version=version, position=position, **values)


def effect(version, coc, state="effective", **fields):
    values = {"requested_on": LONG_AGO, "effective_from": LONG_AGO, "approved_on": LONG_AGO, **fields}
    return VersionEffect.objects.create(version=version, coc=coc, state=state, **values)
