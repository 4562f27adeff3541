"""Two senders at once, and one that is killed: real threads, a real process, real locks, a real mail server."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

import pytest
from django.db import connection, connections

from hmislead.notices import delivery
from hmislead.notices.models import Message, Outbox
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from tests.notices.factories import MessageFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def queue(implementation, count):
    """Messages that may leave at whatever time the tests run."""
    from hmislead.access.scopes import ROBOT

    with use(implementation):
        for key, value in (
            ("hours.opens", "00:00"),
            ("hours.closes", "00:00"),
            ("hours.days", list(range(7))),
            ("hours.federal_holidays", False),
        ):
            change_setting(key=key, value=value, by=ROBOT)
        for number in range(count):
            row = MessageFactory(state="queued", address=f"person{number}@example.org")
            Outbox.objects.create(message_id=row.pk, implementation=implementation, not_before=row.created_at)


def states(implementation):
    with use(implementation):
        return list(Message.objects.order_by().values_list("state", flat=True))


def in_thread(implementation):
    def work():
        try:
            delivery.send_due_of(implementation.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_two_senders_never_send_the_same_message(implementation, mail_server):
    queue(implementation, 12)
    mail_server.gate.clear()
    threads = [in_thread(implementation), in_thread(implementation)]
    for _ in threads:  # both are in the middle of a message at the same time
        assert mail_server.asked.acquire(timeout=20)
    mail_server.gate.set()
    for thread in threads:
        thread.join(timeout=30)
    addresses = [taken["To"] for taken in mail_server.taken]
    assert sorted(addresses) == sorted(f"person{number}@example.org" for number in range(12))
    assert states(implementation) == ["sent"] * 12
    assert not Outbox.objects.exists()


def test_a_sender_that_is_killed_gives_its_message_back(implementation, mail_server):
    queue(implementation, 1)
    mail_server.gate.clear()
    connections.close_all()  # a forked process must not share a connection
    worker = multiprocessing.get_context("fork").Process(target=delivery.send_due_of, args=(implementation.pk,))
    worker.start()
    assert mail_server.asked.acquire(timeout=20)
    assert delivery.send_due_of(implementation.pk) == 0  # the message is taken: nobody waits for it
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(timeout=10)
    mail_server.gate.set()
    assert states(implementation) == ["queued"]
    for _ in range(100):  # the database notices the death of the connection in its own time
        if delivery.send_due_of(implementation.pk):
            break
        time.sleep(0.1)
    assert [taken["To"] for taken in mail_server.taken] == ["person0@example.org"]
    assert states(implementation) == ["sent"]
