"""Old mail and read notices go after the time the settings say, a batch at a time; what waits and what is unread stays."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.compliance import nights
from hmislead.notices import purging
from hmislead.notices.models import Message, Notice
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from tests.notices import factories
from tests.notices.conftest import moment


def written(row, when):
    """Let a row have been written then."""
    type(row).objects.filter(pk=row.pk).update(created_at=when)
    return row


def decide(key, value):
    tenancy.change_setting(key=key, value=value, effective_from=settings.today(), by=ROBOT)


EDGES = [("2018-06-16T09:59", False), ("2018-06-16T10:01", True)]  # the clock stands at 2025-06-16T10:00


@pytest.mark.parametrize(("when", "stays"), EDGES)
def test_messages_are_kept_for_seven_years_unless_decided_otherwise(tenant, clock, when, stays):
    written(factories.MessageFactory(), moment(when))
    assert purging.purge_messages() == (0 if stays else 1)
    assert Message.objects.exists() is stays


@pytest.mark.parametrize("state", Message.State.values)
def test_what_waits_to_be_sent_is_never_deleted(tenant, clock, state):
    written(factories.MessageFactory(state=state), moment("2001-01-01T10:00"))
    purging.purge_messages()
    assert Message.objects.exists() is (state in Message.WAITING)


@pytest.mark.parametrize(("read", "stays"), [("2024-06-16T09:59", False), ("2024-06-16T10:01", True), (None, True)])
def test_a_notice_goes_a_year_after_it_was_read_and_an_unread_one_stays(tenant, people, clock, read, stays):
    notice = factories.NoticeFactory(user=people["staff"], read_at=read and moment(read))
    written(notice, moment("2020-01-01T10:00"))
    assert purging.purge_notices() == (0 if stays else 1)
    assert Notice.objects.exists() is stays


def test_the_lead_decides_how_long(tenant, people, clock):
    decide(purging.MESSAGES, 1)
    decide(purging.NOTICES, 3)
    written(factories.MessageFactory(), moment("2024-06-15T10:00"))
    factories.NoticeFactory(user=people["staff"], read_at=moment("2025-03-15T10:00"))
    assert (purging.purge_messages(), purging.purge_notices()) == (1, 1)


def test_a_night_deletes_in_batches_and_leaves_the_rest_to_the_next(tenant, clock, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 2)
    monkeypatch.setattr(purging, "MOST_A_NIGHT", 4)
    rows = [written(factories.MessageFactory(), moment(f"2010-01-{day:02}T10:00")) for day in range(1, 8)]
    assert [purging.purge_messages() for _ in range(3)] == [4, 3, 0]
    assert len(rows) == 7


def test_another_implementation_s_mail_is_not_touched(implementation, other_implementation, clock):
    with use(other_implementation):
        written(factories.MessageFactory(), moment("2001-01-01T10:00"))
    with use(implementation):
        assert purging.purge_messages() == 0
    with use(other_implementation):
        assert Message.objects.count() == 1


def test_every_night_does_it_and_logs_numbers_alone(tenant, clock, caplog):
    assert "old mail" in nights.units()
    old = timezone.now() - dt.timedelta(days=366 * 8)
    written(factories.MessageFactory(address="secret@example.org"), old)
    dict(nights.AFTER)["old mail"](None)
    assert not Message.objects.exists()
    [line] = [record.msg for record in caplog.records if record.name == "hmislead.notices"]
    assert (line["event"], line["implementation"]) == ("old mail deleted", "north")
    assert (line["messages"], line["notices"]) == (1, 0)
    assert "secret" not in str(line)
