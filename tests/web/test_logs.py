"""What the logs must never hold: a link that opens something for whoever reads it."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from django.test import Client

SECRET = "kJ8_very-secret-token"
LINKS = [
    f"/sign/{SECRET}/",
    f"/sign/{SECRET}/code/",
    f"/invitation/{SECRET}/",
    f"/accounts/password/reset/key/{SECRET}/",
    f"/accounts/confirm-email/{SECRET}/",
    f"/accounts/address/{SECRET}/",
]


@pytest.fixture
def log():
    """Everything that is logged from now on, as it is written to standard error."""
    root = logging.getLogger()
    written = next(each for each in root.handlers if isinstance(each.formatter, structlog.stdlib.ProcessorFormatter))
    stream = io.StringIO()
    copy = logging.StreamHandler(stream)
    copy.setFormatter(written.formatter)
    root.addHandler(copy)
    yield stream
    root.removeHandler(copy)


@pytest.mark.django_db
@pytest.mark.parametrize("link", LINKS)
def test_requests_of_secret_links_leave_no_secret(log, link):
    Client().get(link)
    Client(enforce_csrf_checks=True).post(link)  # refused, and Django writes down which path it refused
    assert "[hidden]" in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize("link", LINKS)
def test_a_failure_at_a_secret_link_leaves_no_secret(log, link):
    try:
        raise ValueError(f"nothing at {link}")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", link)
    line = json.loads(log.getvalue())
    assert line["event"].startswith("Internal Server Error: /")
    assert "ValueError" in line["exception"]
    assert SECRET not in log.getvalue()


def test_other_addresses_stay_readable(log):
    logging.getLogger("django.request").warning("Not Found: /i/north/agencies/")
    assert json.loads(log.getvalue())["event"] == "Not Found: /i/north/agencies/"
