"""What is sent, when, how often, and what happens when the receiver says no."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import uuid
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.notices.models import Message, Notice
from hmislead.tenancy.operations import change_setting
from hmislead.webhooks import delivery, events, operations, signing
from hmislead.webhooks.models import Attempt, Delivery, Due, Endpoint, Trouble

pytestmark = pytest.mark.django_db
SUBJECT = uuid.UUID(int=7)
DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"


@pytest.fixture
def clock():
    """A Monday morning; `clock.shift(…)` goes on."""
    with time_machine.travel("2025-06-16T14:00:00Z", tick=False) as traveller:
        yield traveller


def happen(**data):
    events.emit("agreement.recorded", subject_kind="agreement", subject_id=SUBJECT, data=data)


def send():
    """What the sender does; within the test's own transaction."""
    return sum(delivery.send_due_of(*ids) for ids in delivery.endpoints_due())


def documented_check():
    """The function that the documentation gives to receivers."""
    source = re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL).group(1)
    namespace = {}
    exec(source, namespace)
    return namespace["verified"]


def test_an_event_arrives_once_and_its_signature_is_as_documented(made, receiver):
    secret = made[1]
    happen(type="participation", effective_on=dt.date(2025, 6, 1))
    assert (send(), send()) == (1, 0)
    ((path, headers, body),) = receiver.got
    assert path == "/hook?code=abc"
    sent = Delivery.objects.get()
    assert json.loads(body) == {
        "id": str(sent.event_id),
        "type": "agreement.recorded",
        "timestamp": sent.happened_at.isoformat(),
        "implementation": "north",
        "subject": {"kind": "agreement", "id": str(SUBJECT)},
        "data": {"type": "participation", "effective_on": "2025-06-01"},
    }
    assert (sent.state, sent.attempts, sent.response_status, sent.trouble) == ("delivered", 1, 204, "")
    assert not Due.objects.exists()
    check = documented_check()
    assert check(secret, headers, body)
    assert not check(secret, headers, body + b" ")
    assert not check(signing.new_secret(), headers, body)
    for wrong in ("webhook-id", "webhook-timestamp"):
        assert not check(secret, headers | {wrong: "1"}, body)


def test_an_old_message_is_refused_by_the_documented_check(made, receiver):
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=6)):
        happen()
        send()
    ((_, headers, body),) = receiver.got
    assert not documented_check()(made[1], headers, body)


def test_only_what_an_endpoint_listens_to_is_queued(endpoint, receiver):
    events.emit("agreement.terminated", subject_kind="agreement", subject_id=SUBJECT)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("state", ["setup", "closed"])
def test_in_setup_and_once_closed_nothing_is_told(tenant, endpoint, state):
    tenant.state = state
    happen()
    assert not Delivery.objects.exists()


def test_what_waited_when_it_was_closed_is_told_no_more(tenant, endpoint, receiver):
    happen()
    tenant.state = "closed"
    tenant.save()
    assert (send(), receiver.got) == (0, [])
    assert list(Delivery.objects.values_list("state", flat=True)) == ["cancelled"]


@pytest.mark.parametrize("value", ["Ada Quill", "ada@example.org", "two words", "Ada", "x" * 61, 1.5, ["a"], {"a": 1}])
def test_what_could_be_personal_is_refused(endpoint, value):
    with pytest.raises(ValueError, match="is no identifier"):
        happen(name=value)


def test_an_unknown_event_is_refused(endpoint):
    with pytest.raises(ValueError, match="is no event"):
        events.emit("agreement.sung", subject_kind="agreement", subject_id=SUBJECT)


def test_a_change_that_is_rolled_back_is_not_told(endpoint, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as woken, transaction.atomic():
        happen()
        assert Due.objects.count() == 1
        transaction.set_rollback(True)
    assert (woken, Due.objects.count()) == ([], 0)


def test_many_at_once_cost_the_same_queries(endpoint, django_assert_num_queries):
    subjects = [events.Subject("license", uuid.uuid4()) for _ in range(30)]
    with django_assert_num_queries(3):  # who listens, the deliveries, the rows for the sender
        events.emit_all("license.active", subjects)
    assert Delivery.objects.count() == 30


def test_a_failure_is_tried_again_with_growing_waits_and_given_up_in_the_end(endpoint, receiver, clock):
    change_setting(key="webhooks.turn_off_after", value=100, by=ROBOT)
    receiver.status = 500
    happen()
    for wait in delivery.WAITS:
        assert send() == 0
        sent = Delivery.objects.get()
        assert (sent.state, sent.trouble, sent.next_at) == ("waiting", "status", timezone.now() + wait)
        clock.shift(wait - dt.timedelta(seconds=1))
        assert delivery.endpoints_due() == []
        clock.shift(dt.timedelta(seconds=1))
    send()
    sent = Delivery.objects.get()
    assert (sent.state, sent.attempts, sent.response_status, sent.next_at) == ("failed", 7, 500, None)
    assert list(Attempt.objects.values_list("response_status", "trouble")) == [(500, "status")] * 7
    bodies = {body for _, _, body in receiver.got}
    ids = {headers["webhook-id"] for _, headers, _ in receiver.got}
    assert (len(receiver.got), len(bodies), len(ids)) == (7, 1, 1)
    assert not Due.objects.exists()


def test_a_receiver_that_is_away_is_asked_by_one_delivery_while_the_others_wait(endpoint, receiver, clock):
    receiver.close()
    for _ in range(3):
        happen()
    send()
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert set(Delivery.objects.values_list("next_at", flat=True)) == {timezone.now() + delivery.WAITS[0]}


def test_one_message_that_is_refused_holds_up_no_other(endpoint, receiver, clock):
    receiver.status = [400, 204, 204]
    for _ in range(3):
        happen()
    assert send() == 2
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "delivered", "waiting"]
    endpoint.refresh_from_db()
    assert endpoint.failures == 0


def test_after_too_many_failures_it_is_turned_off_and_administrators_are_told(clock, people, endpoint, receiver):
    change_setting(key="webhooks.turn_off_after", value=3, by=ROBOT)
    receiver.status = 503
    for _ in range(2):
        happen()
    for expected in ("active", "active", "disabled"):
        send()
        endpoint.refresh_from_db()
        assert endpoint.state == expected
        clock.shift(dt.timedelta(days=1))
    assert list(Notice.objects.values_list("user", "type")) == [(people["administrator"].pk, "webhook_turned_off")]
    assert Message.objects.filter(type="webhook_turned_off", user=people["administrator"]).count() == 1
    calls = len(receiver.got)
    send()
    happen()
    assert (len(receiver.got), Due.objects.count(), Delivery.objects.count()) == (calls, 0, 2)
    receiver.status = 204
    operations.resume_endpoint(endpoint_id=endpoint.pk, by=ROBOT)
    assert send() == 2


def test_a_receiver_that_says_it_is_gone_is_turned_off_at_once(endpoint, receiver):
    receiver.status = 410
    happen()
    send()
    endpoint.refresh_from_db()
    assert endpoint.state == Endpoint.State.DISABLED


def test_a_pause_keeps_what_waits_and_a_removal_cancels_it(endpoint, receiver):
    happen()
    operations.pause_endpoint(endpoint_id=endpoint.pk, by=ROBOT)
    happen()
    assert (send(), receiver.got) == (0, [])
    assert list(Delivery.objects.values_list("state", flat=True)) == ["waiting"]
    operations.remove_endpoint(endpoint_id=endpoint.pk, by=ROBOT)
    assert list(Delivery.objects.values_list("state", flat=True)) == ["cancelled"]
    endpoint.refresh_from_db()
    assert (endpoint.sealed_secret, endpoint.sealed_previous) == ("", "")


def test_a_test_is_sent_once_even_while_it_is_paused_and_counts_for_nothing(endpoint, receiver):
    operations.pause_endpoint(endpoint_id=endpoint.pk, by=ROBOT)
    receiver.status = [500, 204]
    for expected in ("failed", "delivered"):
        sent = operations.send_test(endpoint_id=endpoint.pk, by=ROBOT)
        send()
        sent.refresh_from_db()
        assert (sent.state, sent.attempts) == (expected, 1)
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.state) == (0, "paused")


def test_a_new_secret_signs_beside_the_old_one_for_a_day(made, receiver):
    endpoint, old = made
    _, new = operations.renew_secret(endpoint_id=endpoint.pk, by=ROBOT)
    check = documented_check()
    happen()
    send()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)):
        happen()
        send()
        assert [(check(old, *got[1:]), check(new, *got[1:])) for got in receiver.got[1:]] == [(False, True)]
        operations.after_night(None)
    assert [(check(old, *got[1:]), check(new, *got[1:])) for got in receiver.got[:1]] == [(True, True)]
    endpoint.refresh_from_db()
    assert (endpoint.sealed_previous, endpoint.previous_until) == ("", None)


def test_secrets_are_nowhere_in_clear(made, receiver):
    endpoint, secret = made
    operations.renew_secret(endpoint_id=endpoint.pk, by=ROBOT)
    happen()
    send()
    key = base64.b64decode(secret.removeprefix("whsec_")).hex()
    with connection.cursor() as cursor:
        for table in ("endpoint", "endpointevent", "delivery", "attempt"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM webhooks_{table} t")
            kept = cursor.fetchone()[0]
            assert kept
            assert secret not in kept
            assert key not in kept


def test_a_secret_that_cannot_be_opened_is_said(endpoint, receiver, settings):
    settings.SECRET_KEY = "another key that opens nothing of before, long enough to be one"
    happen()
    send()
    assert (Delivery.objects.get().trouble, receiver.got) == (Trouble.SECRET, [])


def test_what_was_sent_long_ago_is_forgotten(endpoint, receiver, clock):
    happen()
    send()
    receiver.status = 500
    happen()
    send()
    clock.shift(dt.timedelta(days=91))
    operations.after_night(None)
    assert list(Delivery.objects.values_list("state", flat=True)) == ["waiting"]


@pytest.mark.parametrize("code", sorted(code for code, _ in events.choices()))
def test_every_event_has_a_code_and_words(code):
    assert events.CODE.fullmatch(code)
    assert events.label(code)[0].isupper()
    assert f"`{code}`" in DOCS.read_text()
