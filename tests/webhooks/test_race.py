"""Two senders at once, and one that is killed: real threads, a real process, real locks, a real receiver."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import uuid

import pytest
from django.db import connection, connections

from hmislead.access.scopes import ROBOT
from hmislead.tenancy.context import use
from hmislead.webhooks import delivery, events, operations
from hmislead.webhooks.models import Delivery, Due
from tests.webhooks.conftest import EVENTS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def queue(implementation, receiver, count):
    """That many deliveries of one endpoint, whose id is returned."""
    with use(implementation):
        endpoint, _ = operations.add_endpoint(name="Warehouse", url=receiver.url, codes=EVENTS, by=ROBOT)
        events.emit_all(EVENTS[0], [events.Subject("agreement", uuid.uuid4()) for _ in range(count)])
    return endpoint.pk


def states(implementation):
    with use(implementation):
        return sorted(Delivery.objects.order_by().values_list("state", flat=True))


def in_thread(implementation, endpoint_id):
    def work():
        try:
            delivery.send_due_of(implementation.pk, endpoint_id)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_two_senders_never_make_the_same_call(implementation, receiver):
    endpoint_id = queue(implementation, receiver, 8)
    receiver.gate.clear()
    threads = [in_thread(implementation, endpoint_id) for _ in range(2)]
    for _ in threads:  # both are in the middle of a call at the same time
        assert receiver.asked.acquire(timeout=20)
    receiver.gate.set()
    for thread in threads:
        thread.join(timeout=30)
    ids = [headers["webhook-id"] for _, headers, _ in receiver.got]
    assert (len(ids), len(set(ids))) == (8, 8)
    assert states(implementation) == ["delivered"] * 8
    assert not Due.objects.exists()


def test_who_pauses_does_not_wait_for_a_call(implementation, receiver):
    endpoint_id = queue(implementation, receiver, 2)
    receiver.gate.clear()
    thread = in_thread(implementation, endpoint_id)
    assert receiver.asked.acquire(timeout=20)
    with use(implementation):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        operations.pause_endpoint(endpoint_id=endpoint_id, by=ROBOT)
    receiver.gate.set()
    thread.join(timeout=30)
    assert states(implementation) == ["delivered", "waiting"]


def test_a_sender_that_is_killed_gives_its_delivery_back(implementation, receiver):
    endpoint_id = queue(implementation, receiver, 1)
    receiver.gate.clear()
    connections.close_all()  # a forked process must not share a connection
    worker = multiprocessing.get_context("fork").Process(
        target=delivery.send_due_of, args=(implementation.pk, endpoint_id)
    )
    worker.start()
    assert receiver.asked.acquire(timeout=20)
    assert delivery.send_due_of(implementation.pk, endpoint_id) == 0  # it is taken: nobody waits for it
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(timeout=10)
    receiver.gate.set()
    assert states(implementation) == ["waiting"]
    for _ in range(100):  # the database notices the death of the connection in its own time
        if delivery.send_due_of(implementation.pk, endpoint_id):
            break
        time.sleep(0.1)
    assert states(implementation) == ["delivered"]
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
