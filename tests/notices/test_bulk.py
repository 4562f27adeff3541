"""Reminders to agencies: every mail is seen before it is sent, what is sent is what was seen, and nobody is pestered."""

from __future__ import annotations

import datetime as dt
import itertools
from contextlib import nullcontext

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from hmislead.compliance.models import Status
from hmislead.errors import DomainError
from hmislead.notices import bulk, delivery
from hmislead.notices.models import BulkSend, Message, Notice
from tests import factories
from tests.notices.conftest import moment
from tests.notices.factories import BulkSendFactory, status

DUE = dt.date(2025, 6, 30)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def agencies(people, agency, neighbour):
    """Two agencies with something open, a third with nothing, a fourth with nobody to write to."""
    status("participation-agreement", agency, "overdue", due_on=DUE)
    status("contacts", agency, "due_soon", due_on=DUE)
    status("training-privacy", people["end_user"].people.get(), "not_met")
    status("participation-agreement", neighbour, "not_met")
    quiet, silent = factories.OrganizationFactory(name="Quiet"), factories.OrganizationFactory(name="Silent")
    status("participation-agreement", quiet, "met", due_on=DUE)
    status("participation-agreement", silent, "overdue", due_on=DUE)
    return [agency, neighbour, quiet, silent]


def previewed(agencies, by, requirements=(), **words):
    made = bulk.draft_bulk(organization_ids=[row.pk for row in agencies], requirements=requirements, by=by, **words)
    return bulk.preview_bulk(bulk_id=made.pk, by=by)


def test_each_agency_reads_of_what_is_open_there(agencies, people):
    made = previewed(agencies, people["staff"], title="Please sign by 30 June 2025", text="We visit in July.")
    mails = {m.address: m for m in made.messages.all()}
    assert set(mails) == {people["cho_lead"].email, people["neighbour_lead"].email}
    text = mails[people["cho_lead"].email].text
    assert text.startswith("Please sign by 30 June 2025\n\nWe visit in July.\n")
    assert "Harbor House: Your agency's agreement with the HMIS Lead, due by 30 June 2025." in text
    assert "Harbor House: Privacy training of 1 person, still missing." in text
    assert "Neighbor Services" not in text


def test_who_is_left_out_is_said_with_the_reason(agencies, people):
    made = previewed(agencies, people["staff"])
    assert {entry["organization"]: entry["why"] for entry in made.left_out} == {
        str(agencies[2].pk): "nothing_due",
        str(agencies[3].pk): "nobody",
    }


def test_it_speaks_only_of_the_requirements_it_is_about(agencies, people):
    made = previewed(agencies, people["staff"], requirements=["contacts"])
    assert [m.address for m in made.messages.all()] == [people["cho_lead"].email]
    assert "training" not in made.messages.get().text


def test_somebody_of_two_agencies_gets_one_mail(agencies, people):
    both = people["cho_lead"]
    person = factories.PersonFactory(user=both, email=both.email)
    factories.ContactFactory(organization=agencies[1], person=person)
    made = previewed(agencies, people["staff"])
    text = made.messages.get(address=both.email).text
    assert "Harbor House" in text
    assert "Neighbor Services" in text


def test_what_is_sent_is_what_was_previewed(agencies, people, tenant):
    made = previewed(agencies, people["staff"])
    seen = {m.address: (m.subject, m.text, m.html) for m in made.messages.all()}
    Status.objects.update(state="met")  # even when the facts have changed since
    bulk.send_bulk(bulk_id=made.pk, count=2, by=people["staff"])
    assert delivery.send_due_of(tenant.pk) == 2
    assert {m.to[0]: (m.subject, m.body, m.alternatives[0][0]) for m in django_mail.outbox} == seen
    assert Notice.objects.get(user=people["cho_lead"]).sentence == made.title


def test_nothing_leaves_before_it_is_sent(agencies, people, tenant):
    previewed(agencies, people["staff"])
    assert delivery.implementations_due() == []
    assert not Notice.objects.exists()
    assert not Message.objects.logged().exists()


def test_it_waits_for_business_hours(agencies, people, clock):
    clock.move_to(moment("2025-06-21T11:00"))
    made = previewed(agencies, people["staff"])
    bulk.send_bulk(bulk_id=made.pk, count=2, by=people["staff"])
    assert {(m.state, m.not_before) for m in made.messages.all()} == {("held", moment("2025-06-23T08:00"))}


def test_a_change_of_the_words_makes_a_new_preview_necessary(agencies, people):
    made = previewed(agencies, people["staff"])
    bulk.change_bulk(bulk_id=made.pk, title="Other words", text="", requirements=["contacts"], by=people["staff"])
    with pytest.raises(DomainError):
        bulk.send_bulk(bulk_id=made.pk, count=2, by=people["staff"])
    made = bulk.preview_bulk(bulk_id=made.pk, by=people["staff"])
    assert [m.subject for m in made.messages.all()] == ["Other words"]


def test_a_preview_that_is_not_the_one_seen_is_not_sent(agencies, people):
    made = previewed(agencies, people["staff"])
    with pytest.raises(DomainError, match="has changed"):
        bulk.send_bulk(bulk_id=made.pk, count=1, by=people["staff"])


def test_a_preview_of_another_day_is_not_sent(agencies, people, clock):
    made = previewed(agencies, people["staff"])
    clock.move_to(moment("2025-06-17T10:00"))
    with pytest.raises(DomainError, match="another day"):
        bulk.send_bulk(bulk_id=made.pk, count=2, by=people["staff"])


@pytest.mark.parametrize(("days", "left_out"), [(2, True), (3, False)])
def test_an_agency_is_not_reminded_again_too_soon(agencies, people, clock, days, left_out):
    first = previewed(agencies[:1], people["staff"])
    bulk.send_bulk(bulk_id=first.pk, count=1, by=people["staff"])
    clock.move_to(moment("2025-06-16T10:00") + dt.timedelta(days=days))
    second = previewed(agencies[:2], people["staff"])
    assert (str(agencies[0].pk) in {entry["organization"] for entry in second.left_out}) is left_out
    assert second.count == (1 if left_out else 2)


def test_two_reminders_previewed_at_once_reach_an_agency_once(agencies, people):
    first, second = previewed(agencies[:1], people["staff"]), previewed(agencies[:1], people["administrator"])
    bulk.send_bulk(bulk_id=first.pk, count=1, by=people["staff"])
    with pytest.raises(DomainError, match="just got another"):
        bulk.send_bulk(bulk_id=second.pk, count=1, by=people["administrator"])


def test_in_setup_it_can_be_looked_at_but_not_sent(agencies, people, tenant):
    tenant.state = "setup"
    tenant.save()
    made = previewed(agencies, people["staff"])
    assert made.count == 2
    with pytest.raises(DomainError, match="mails nothing"):
        bulk.send_bulk(bulk_id=made.pk, count=2, by=people["staff"])


VERBS = {
    "drafted": lambda row, by: bulk.change_bulk(bulk_id=row.pk, title="x", text="", requirements=[], by=by),
    "previewed": lambda row, by: bulk.preview_bulk(bulk_id=row.pk, by=by),
    "sent": lambda row, by: bulk.send_bulk(bulk_id=row.pk, count=row.count, by=by),
    "cancelled": lambda row, by: bulk.cancel_bulk(bulk_id=row.pk, by=by),
}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(BulkSend.State.values, repeat=2)))
def test_a_reminder_moves_only_along_the_table(agencies, people, old, new):
    audience = {"organizations": [str(agencies[0].pk)], "requirements": ["contacts"]}
    row = (
        previewed(agencies[:1], people["staff"])
        if old == "previewed"
        else BulkSendFactory(state=old, audience=audience)
    )
    same_again = old == new and old in {"drafted", "previewed"}  # changed or previewed once more
    allowed = new in BulkSend.NEXT[old] or same_again
    with nullcontext() if allowed else pytest.raises(DomainError):
        VERBS[new](row, people["staff"])
    row.refresh_from_db()
    assert row.state == (new if allowed else old)


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        ("coc_staff", ObjectDoesNotExist),
        ("cho_lead", ObjectDoesNotExist),
        ("security_officer", ObjectDoesNotExist),
        ("end_user", ObjectDoesNotExist),
        ("auditor", ObjectDoesNotExist),
        ("outsider", ObjectDoesNotExist),
    ],
)
def test_only_who_may_send_touches_a_reminder(agencies, people, verb, role, refusal):
    row = previewed(agencies, people["staff"])
    with pytest.raises(refusal):
        VERBS[verb](row, people[role])
    with pytest.raises(PermissionDenied):
        bulk.draft_bulk(organization_ids=[agencies[0].pk], requirements=[], by=people[role])


def test_agencies_of_nobody_make_no_reminder(people):
    with pytest.raises(DomainError, match="No agency"):
        bulk.draft_bulk(organization_ids=[], requirements=[], by=people["staff"])
