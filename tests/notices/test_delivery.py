"""The sender: when messages leave, what is noted of them, and what happens when the mail server says no."""

from __future__ import annotations

import base64
import datetime as dt
from contextlib import nullcontext

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.core import mail as django_mail
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.test import RequestFactory
from django.utils import timezone

from hmislead.accounts.models import Membership
from hmislead.celery import app
from hmislead.directory.models import Departure
from hmislead.errors import WrongState
from hmislead.notices import delivery, mail, operations, tasks, webhooks
from hmislead.notices.models import Message, Outbox
from hmislead.tenancy.models import Crossing
from tests import factories
from tests.notices.conftest import moment
from tests.notices.factories import MessageFactory

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def message(people):
    """One message that may leave now, to the lead of Harbor House."""
    return queued(people["cho_lead"])


def queued(recipient, type="departure", key=""):
    operations.notify(
        type=type, recipients=[recipient], sentence="Shut the account by noon.", path="/i/north/", key=key
    )
    return Message.objects.order_by("-pk").first()


def send(tenant):
    """What the sender does; within the test's own transaction."""
    return sum(delivery.send_due_of(pk) for pk in delivery.implementations_due())


def test_a_due_message_leaves_once(tenant, message):
    assert send(tenant) == 1
    assert send(tenant) == 0
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == ("sent", timezone.now(), 1)
    assert not Outbox.objects.exists()
    (mailed,) = django_mail.outbox
    assert (mailed.to, mailed.subject, mailed.body) == ([message.address], message.subject, message.text)
    assert mailed.alternatives[0][0] == message.html


def test_nothing_is_looked_into_while_nothing_is_due(tenant, people, clock):
    operations.notify(type="requirement_due", recipients=[people["staff"]], sentence="x", path="/")
    before = Crossing.objects.count()
    assert delivery.implementations_due() == []
    clock.move_to(moment("2025-06-17T07:59:59"))
    assert delivery.implementations_due() == []
    clock.move_to(moment("2025-06-17T08:00"))
    assert delivery.implementations_due() == [tenant.pk]
    assert Crossing.objects.count() == before


def test_business_hours_are_asked_again_when_it_leaves(tenant, message, clock):
    clock.move_to(moment("2025-06-16T18:00"))
    assert send(tenant) == 0
    message.refresh_from_db()
    assert (message.state, message.not_before, message.attempts) == ("held", moment("2025-06-17T08:00"), 0)


@pytest.mark.parametrize("state", ["setup", "closed"])
def test_a_message_that_waits_is_cancelled_when_nothing_is_mailed_any_more(tenant, message, state):
    tenant.state = state
    tenant.save()
    assert send(tenant) == 0
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("cancelled", "closed")
    assert not django_mail.outbox


def test_who_no_longer_belongs_here_gets_nothing(tenant, people, message):
    Membership.objects.filter(user=people["cho_lead"]).delete()
    send(tenant)
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("cancelled", "no_access")


def test_mail_follows_a_changed_address(tenant, people, message):
    people["cho_lead"].email = "new@example.org"
    people["cho_lead"].save()
    send(tenant)
    message.refresh_from_db()
    assert message.address == "new@example.org"
    assert django_mail.outbox[0].to == ["new@example.org"]


@pytest.mark.parametrize("proved", [True, False])
def test_the_warning_of_a_clock_leaves_only_while_the_clock_runs(tenant, people, agency, clock, proved):
    license = factories.LicenseFactory(organization=agency)
    departure = Departure.objects.create(
        license=license,
        departed_at=timezone.now(),
        reported_at=timezone.now(),
        due_at=timezone.now() + dt.timedelta(hours=6),
        proved_at=timezone.now() if proved else None,
    )
    queued(people["staff"], key=f"departure-clock:{departure.pk}")
    message = Message.objects.get()
    message.key = f"departure-clock:{departure.pk}"
    message.save()
    send(tenant)
    message.refresh_from_db()
    assert message.state == ("cancelled" if proved else "sent")


def test_a_server_that_is_away_is_asked_again_later_and_given_up_in_the_end(
    tenant, message, clock, settings, mail_server
):
    mail_server.shutdown()
    mail_server.server_close()
    waits = []
    for _ in range(len(delivery.WAITS) + 1):
        send(tenant)
        message.refresh_from_db()
        waits.append((message.state, message.trouble))
        if message.state == "held":
            assert message.not_before >= timezone.now() + delivery.WAITS[message.attempts - 1]
            clock.move_to(message.not_before)
    assert waits == [("held", "unreachable")] * len(delivery.WAITS) + [("failed", "unreachable")]
    assert not Outbox.objects.exists()


def test_one_failure_stops_the_batch_and_costs_the_others_no_try(tenant, people, message, mail_server):
    second = queued(people["staff"])
    mail_server.shutdown()
    mail_server.server_close()
    send(tenant)
    message.refresh_from_db()
    second.refresh_from_db()
    assert sorted([message.attempts, second.attempts]) == [0, 1]


@pytest.mark.parametrize(
    ("answer", "state", "trouble"),
    [
        ("550 no such user", "failed", "address"),
        ("450 busy, come back", "held", "refused"),
        ("250 ok", "sent", ""),
    ],
)
def test_what_a_server_says_of_an_address(tenant, people, message, mail_server, answer, state, trouble):
    mail_server.answers[message.address] = answer
    other = queued(people["staff"])
    send(tenant)
    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, message.trouble) == (state, trouble)
    assert other.state == "sent"
    assert len(mail_server.taken) == (2 if state == "sent" else 1)


def test_a_message_the_server_does_not_take_is_tried_again(tenant, message, mail_server):
    mail_server.after_data = "554 looks like spam"
    send(tenant)
    message.refresh_from_db()
    assert (message.state, message.trouble) == ("held", "refused")


def test_what_is_mailed_is_what_is_in_the_log(tenant, message, mail_server):
    send(tenant)
    (taken,) = mail_server.taken
    assert taken["Subject"] == message.subject
    assert taken["To"] == message.address
    assert taken["Auto-Submitted"] == "auto-generated"
    text, html = (taken.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    assert text.strip() == message.text.strip()
    assert html.strip() == message.html.strip()


def test_a_second_copy_would_carry_the_same_id(message):
    assert mail.envelope(message).extra_headers["Message-ID"] == mail.envelope(message).extra_headers["Message-ID"]


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        ("sent", "delivered", "delivered"),
        ("sent", "bounced", "bounced"),
        ("sent", "rejected", "bounced"),
        ("sent", "deferred", "sent"),
        ("sent", "opened", "sent"),
        ("delivered", "bounced", "bounced"),
        ("bounced", "delivered", "bounced"),
        ("cancelled", "delivered", "cancelled"),
    ],
)
def test_delivery_reports(tenant, message, before, event, after):
    Message.objects.update(state=before)
    metadata = {"message": str(message.pk), "implementation": str(tenant.pk)}
    tracking.send(sender=None, event=AnymailTrackingEvent(event_type=event, metadata=metadata), esp_name="any")
    message.refresh_from_db()
    assert message.state == after


def test_reports_about_strangers_are_passed_over(tenant, message, other_implementation):
    Message.objects.update(state="sent")
    for metadata in ({}, {"message": "x", "implementation": "y"}, {"implementation": str(tenant.pk)}):
        tracking.send(sender=None, event=AnymailTrackingEvent(event_type="bounced", metadata=metadata), esp_name="any")
    message.refresh_from_db()
    assert message.state == "sent"


@pytest.mark.parametrize("state", Message.State.values)
@pytest.mark.parametrize(
    ("verb", "allowed"),
    [(operations.cancel_message, {"queued", "held"}), (operations.resend_message, {"failed", "bounced"})],
)
def test_messages_move_along_the_table(people, verb, allowed, state):
    row = MessageFactory(state=state)
    refusal = ObjectDoesNotExist if state == "draft" else WrongState
    with nullcontext() if state in allowed else pytest.raises(refusal):
        verb(message_id=row.pk, by=people["staff"])
    row.refresh_from_db()
    assert (row.state == state) is (state not in allowed)


def test_a_message_sent_again_leaves(tenant, people):
    row = MessageFactory(state="failed", attempts=7, trouble="address")
    operations.resend_message(message_id=row.pk, by=people["staff"])
    assert send(tenant) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts, row.trouble) == ("sent", 1, "")


@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        ("administrator", None),
        ("staff", None),
        ("auditor", ObjectDoesNotExist),
        ("coc_staff", ObjectDoesNotExist),
        ("cho_lead", ObjectDoesNotExist),
        ("end_user", ObjectDoesNotExist),
    ],
)
def test_only_the_lead_touches_the_log(people, role, refusal):
    row = MessageFactory(state="held", not_before=timezone.now())
    with pytest.raises(refusal) if refusal else nullcontext():
        operations.cancel_message(message_id=row.pk, by=people[role])


def test_who_reads_the_log_may_not_change_it(people, tenant):
    row = MessageFactory(state="held")
    with pytest.raises(PermissionDenied):
        operations.cancel_message(message_id=row.pk, by=people["monitor"])


def report(tenant, message, secret):
    """A provider's own report, as it comes in at the door of `webhooks`."""
    (door,) = webhooks.doors("anymail.backends.postmark.EmailBackend", "user:secret")
    body = {
        "RecordType": "Delivery",
        "MessageID": "00000000-0000-0000-0000-000000000000",
        "Recipient": message.address,
        "DeliveredAt": "2025-06-16T14:05:00Z",
        "Details": "Test",
        "Metadata": {"message": str(message.pk), "implementation": str(tenant.pk)},
    }
    password = base64.b64encode(secret.encode()).decode()
    return door.callback(
        RequestFactory(headers={"Authorization": f"Basic {password}"}).post(
            "/mail-reports/postmark/", body, content_type="application/json"
        )
    )


def test_a_providers_report_comes_in_with_the_secret_alone(tenant, message, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:secret"}
    Message.objects.update(state="sent")
    with pytest.raises(SuspiciousOperation):
        report(tenant, message, "user:guess")
    message.refresh_from_db()
    assert message.state == "sent"
    assert report(tenant, message, "user:secret").status_code == 200
    message.refresh_from_db()
    assert message.state == "delivered"


@pytest.mark.parametrize(
    ("backend", "secret"),
    [("django.core.mail.backends.smtp.EmailBackend", "user:secret"), ("anymail.backends.postmark.EmailBackend", None)],
)
def test_without_a_provider_or_a_secret_there_is_no_door(backend, secret):
    assert list(webhooks.doors(backend, secret)) == []


def test_the_task_of_each_minute_sends_what_is_due(tenant, message):
    app.conf.task_always_eager = True
    try:
        tasks.send_due()
    finally:
        app.conf.task_always_eager = False
    message.refresh_from_db()
    assert message.state == "sent"
