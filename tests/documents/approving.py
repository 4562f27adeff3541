"""A governing body with five members, and the votes they give."""

from __future__ import annotations

import datetime as dt

from hmislead.directory.models import BodyMember, GoverningBody
from hmislead.documents.models import VersionEffect
from hmislead.documents.operations.decisions import ItemData, VoteData, record_decision
from hmislead.tenancy import settings
from tests import factories
from tests.documents import factories as documents

LONG_AGO = dt.date(2025, 1, 1)
TYPES = ["participation", "end_user", "policies_procedures", "privacy_plan", "coc_lead"]


def body(coc, *, seats=5, quorum=3, approves=TYPES, **fields):
    name = fields.pop("name", "HMIS Committee")
    made = GoverningBody.objects.create(coc=coc, name=name, quorum=quorum, approves=approves, **fields)
    for number in range(seats):
        seat(made, last_name=f"Member{number}")
    return made


def seat(of, *, person=None, starts_on=LONG_AGO, ends_on=None, **person_fields):
    person = person or factories.PersonFactory(**person_fields)
    return BodyMember.objects.create(body=of, person=person, starts_on=starts_on, ends_on=ends_on)


def seats(of):
    return list(of.members.order_by("person__last_name"))


def votes(of, cast):
    """One letter per member: y for, n against, a abstained, r recused, - away."""
    words = {"y": "yes", "n": "no", "a": "abstain", "r": "recused"}
    return [VoteData(each.pk, words[letter]) for each, letter in zip(seats(of), cast, strict=False) if letter in words]


def asked(coc, kind="participation", **fields):
    """A submitted version whose approval is asked for in a CoC."""
    version = documents.version(kind, state="submitted", **fields)
    VersionEffect.objects.create(version=version, coc=coc, requested_on=LONG_AGO)
    return version


def decide(of, versions, *, by, cast="yyyn-", outcome="approved", reaffirmed=False, **changes):
    first, second = seats(of)[:2]
    values = {
        "body_id": of.pk,
        "met_on": settings.today(),
        "motion": "To approve it.",
        "outcome": outcome,
        "items": [ItemData(version.pk, reaffirmed) for version in versions],
        "votes": votes(of, cast),
        "mover_id": first.pk,
        "seconder_id": second.pk,
    }
    return record_decision(by=by, **{**values, **changes})
