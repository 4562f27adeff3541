"""Notices are tested on a Monday morning in business hours, unless a test moves the clock."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
import time_machine

from tests.notices import mailserver

ZONE = zoneinfo.ZoneInfo("America/New_York")


def moment(text):
    """A local time of the implementation `north`."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def people(people):
    """All of them: what is tested here reaches also those whom a test does not name."""
    return people.all()


@pytest.fixture
def clock():
    """Monday 16 June 2025, 10 in the morning; `clock.move_to(moment(…))` goes elsewhere."""
    with time_machine.travel(moment("2025-06-16T10:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def mail_server(settings):
    """A real mail server, to which Django's SMTP backend is pointed."""
    with mailserver.running() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 20
        yield server
