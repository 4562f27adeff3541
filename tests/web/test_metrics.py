"""What a monitor reads: counts of requests from all web processes, jobs, queues, nights and mail; nobody's names."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest
import redis
from django.conf import settings as product
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from hmislead.jobs.metrics import QUEUES
from hmislead.jobs.models import Job
from hmislead.jobs.operations import HANDLERS
from hmislead.notices.models import Message, Outbox
from hmislead.tenancy.context import use
from tests.notices import factories as mail

TOKEN = "a-long-random-word"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def monitor(settings, client):
    """Reads /metrics as the monitor does: `{(sample, *labels by name): value}`."""
    settings.METRICS_TOKEN = TOKEN

    def read():
        response = client.get("/metrics", headers=BEARER)
        assert response.status_code == 200
        return samples(response.content.decode())

    return read


def samples(text):
    families = text_string_to_metric_families(text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


@pytest.mark.django_db
def test_without_a_token_set_there_is_no_such_page(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer a-long-random-wor", f"Basic {TOKEN}", "Bearer ünsinn"])
def test_nobody_reads_it_without_the_token(client, settings, given):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"Authorization": given} if given is not None else {})
    assert response.status_code == 401
    assert b"hmislead_" not in response.content


@pytest.mark.django_db
def test_a_sign_in_is_no_token(client, settings, people):
    settings.METRICS_TOKEN = TOKEN
    client.force_login(people["staff"])
    assert client.get("/metrics").status_code == 401


def test_requests_are_counted_by_the_name_of_their_view(client, people, monitor):
    client.force_login(people["staff"])
    address = "/i/north/messages/"
    before = monitor()
    assert [client.get(address).status_code for _ in range(3)] == [200] * 3
    client.generic("BREW", address)
    client.get("/no-such-page-of-dana@example.org")
    after = monitor()

    def more(*sample):
        return after.get(sample, 0) - before.get(sample, 0)

    assert more("hmislead_requests_total", "GET", "200", "notices:message-list") == 3
    assert more("hmislead_requests_total", "other", "405", "notices:message-list") == 1
    assert more("hmislead_requests_total", "GET", "404", "none") == 1
    assert more("hmislead_request_seconds_count", "notices:message-list") == 4
    assert not [sample for sample in after if "dana" in str(sample) or "BREW" in sample]


@pytest.mark.django_db
def test_jobs_nights_and_queues(implementation, monitor):
    now = timezone.now()

    def job(kind, key, state, asked, ended=None):
        made = Job.objects.create(
            kind=kind, key=key, state=state, implementation=implementation, subject_id=implementation.pk
        )
        Job.objects.filter(pk=made.pk).update(
            created_at=now - asked, finished_at=None if ended is None else now - ended
        )

    hour = dt.timedelta(hours=1)
    job("reporting.make", "a", "waiting", hour)
    job("reporting.make", "b", "waiting", 2 * hour)
    job("files.sweep", "c", "failed", 30 * hour, 23 * hour)
    job("files.sweep", "d", "failed", 30 * hour, 25 * hour)
    job("compliance.run", f"night:{implementation.pk}:1", "done", 30 * hour, 28 * hour)
    job("compliance.run", f"night:{implementation.pk}:2", "done", 5 * hour, 4 * hour)
    with redis.Redis.from_url(product.CELERY_BROKER_URL) as broker:
        broker.rpush("imports", "one", "two")
        try:
            read = monitor()
        finally:
            broker.delete("imports")
    assert read["hmislead_jobs", "reporting.make", "waiting"] == 2
    assert read["hmislead_jobs", "files.sweep", "failed"] == 1, "only what ended in the last 24 hours"
    assert read["hmislead_oldest_open_job_seconds", "reporting.make"] == pytest.approx(7200, abs=60)
    assert read["hmislead_night_seconds", "north", "done"] == pytest.approx(3600, abs=1)
    assert read["hmislead_night_finished_timestamp_seconds", "north"] == pytest.approx(
        (now - 4 * hour).timestamp(), abs=1
    )
    assert read["hmislead_queue_messages", "imports"] == 2
    assert read["hmislead_queue_messages", "mail"] == 0


def test_every_queue_that_work_goes_to_is_watched():
    routes = {route["queue"] for route in product.CELERY_TASK_ROUTES.values()}
    assert {handler.queue for handler in HANDLERS.values()} | routes | {product.CELERY_TASK_DEFAULT_QUEUE} <= set(
        QUEUES
    )


@pytest.mark.django_db
def test_without_the_broker_the_rest_can_still_be_read(implementation, monitor, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    read = monitor()
    assert "hmislead_mail_oldest_due_seconds" in {sample[0] for sample in read}
    assert "hmislead_queue_messages" not in {sample[0] for sample in read}


@pytest.mark.django_db
def test_mail_that_waits_and_what_became_of_the_rest(implementation, monitor, django_capture_on_commit_callbacks):
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True), use(implementation):
        for days in (-1, 1, 2):
            message = mail.MessageFactory(state="queued", address="somebody@example.org")
            Outbox.objects.create(
                message_id=message.pk, implementation=implementation, not_before=now + dt.timedelta(days=days)
            )
        for state in ("sent", "sent", "failed"):
            mail.MessageFactory(state="queued").become(Message.State(state))
    read = monitor()
    assert (read["hmislead_mail_waiting", "due"], read["hmislead_mail_waiting", "held"]) == (1, 2)
    assert read["hmislead_mail_oldest_due_seconds",] == pytest.approx(86400, abs=60)
    became = {state: read["hmislead_mail_total", state] for state in ("sent", "failed", "delivered")}
    assert became == {"sent": 2, "failed": 1, "delivered": 0}
    assert not [sample for sample in read if "somebody" in str(sample)]


def test_figures_cost_the_same_however_much_there_is(implementation, monitor, django_assert_num_queries):
    monitor()
    for number in range(20):
        Job.objects.create(
            kind="reporting.make", key=f"{number}", implementation=implementation, subject_id=implementation.pk
        )
    with django_assert_num_queries(6):  # open, ended and oldest jobs; nights; due and held mail
        monitor()


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_web_processes_of_one_gunicorn_count_together_also_those_that_died():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = gunicorn(port)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        seen = counted(port)
        for _ in range(20):
            get(f"http://127.0.0.1:{port}/healthz")
        assert counted(port) == seen + 20
        psutil.Process(server.pid).children()[0].send_signal(signal.SIGKILL)
        wait_for(f"http://127.0.0.1:{port}/healthz")
        assert counted(port) >= seen + 20
    finally:
        server.terminate()
        server.wait(60)


def gunicorn(port):
    parts = connection.settings_dict
    url = f"postgresql://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "hmislead.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "2",
         "--worker-class", "gthread", "--threads", "2", "--no-control-socket",
         # a process that is still starting can miss the end of all: do not wait half a minute for it
         "--graceful-timeout", "3"],
        cwd=product.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "hmislead.settings_test", "METRICS_TOKEN": TOKEN},
    )  # fmt: skip


def get(address):
    with urllib.request.urlopen(urllib.request.Request(address, headers=BEARER), timeout=10) as response:
        return response.read().decode()


def wait_for(address):
    for _ in range(300):
        try:
            return get(address)
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("gunicorn did not answer in 30 seconds")


def counted(port):
    found = re.search(r'hmislead_requests_total\{.*healthz".*\} (\S+)', get(f"http://127.0.0.1:{port}/metrics"))
    return float(found.group(1))
