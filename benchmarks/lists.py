"""How long the pages with lists take in the largest simulated implementation.

    bin/manage simulate
    bin/manage shell -c "import benchmarks.nightly; benchmarks.nightly.main()"
    bin/manage shell -c "import benchmarks.lists; benchmarks.lists.main()"

Each entry of the navigation, and lists that are filtered, searched, sorted and at their last page, is asked for by three
kinds of people through Django's test client: all of the middleware, the view and the template, without a network. The
people are made for the benchmark and cannot sign in. `main("grid", "change")` asks only for addresses with these parts.
Budget (architecture, section 10): 100 ms of server time for 95 requests in 100, and a constant number of queries.
"""

from __future__ import annotations

import logging
import os
import statistics
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hmislead.access.operations import grant_role
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import User
from hmislead.compliance import registry
from hmislead.directory.models import CoC, License, Organization
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation
from hmislead.web import navigation

SLUG = "sim-001"
REQUESTS = 20
BUDGET = 0.100
LAST = "?page=9999"  # the pager answers with the last page there is

# Beside each entry of the navigation: the same lists as people use them, and what an empty frame costs.
PAGES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("catalogue:standard-list", {}, "?q=no+such+words"),
    ("directory:license-list", {}, "?q=garc&page=2"),
    ("directory:license-list", {}, "?gate=shut&sort=-person"),
    ("directory:license-list", {}, LAST),
    ("directory:person-list", {}, "?q=jen"),
    ("directory:person-list", {}, LAST),
    ("directory:organization-list", {}, "?q=house"),
    ("directory:organization-list", {}, LAST),
    ("directory:project-list", {}, "?q=shelter"),
    ("directory:project-list", {}, LAST),
    ("compliance:grid", {}, LAST),
    ("compliance:requirement-detail", {"code": "training-privacy"}, "?state=overdue&q=jen"),
    ("compliance:requirement-detail", {"code": "training-privacy"}, LAST),
    ("compliance:change-list", {}, "?q=jen"),
    ("compliance:change-list", {}, LAST),
    ("agreements:agreement-list", {}, "?q=house"),
    ("agreements:agreement-list", {}, LAST),
    ("training:completion-list", {}, "?q=jen"),
    ("training:completion-list", {}, LAST),
    ("policies:acknowledgement-list", {}, LAST),
)


def main(*parts: str) -> None:
    """Prints for each page and kind of person who may see it: status, number of queries, and milliseconds: median, 95th
    percentile, and the medians of this process's own work and of PostgreSQL's. The rest is waiting for a busy machine."""
    logging.disable()  # a line for each request would bury the table
    django_settings.ALLOWED_HOSTS.append("testserver")
    implementation = Implementation.objects.get(slug=SLUG)
    with use(implementation):
        readers = _readers()
        addresses = _addresses()
        print(
            f"{SLUG}: {Organization.objects.count()} agencies, {License.objects.count()} licenses, load",
            os.getloadavg(),
        )
    print(f"{'page':<62} {'reader':<11} status queries  median     p95     own database")
    for address in addresses:
        for role, user in readers.items():
            if not parts or any(part in address for part in parts):
                _measure(address, role, user)


def _addresses() -> list[str]:
    """Every entry of the navigation, every requirement with its subjects, and `PAGES`."""
    entries = [navigation.address(item.url_name, SLUG) for item in navigation.entries()]
    codes = [requirement.code for requirement in registry.ordered()]
    subjects = [reverse("compliance:requirement-detail", kwargs={"slug": SLUG, "code": code}) for code in codes]
    others = [navigation.address(name, SLUG, **arguments) + query for name, arguments, query in PAGES]
    return sorted({*entries, *subjects, *others})


def _readers() -> dict[str, Any]:
    """One person of the HMIS Lead, one of a CoC, and the lead of the largest agency."""
    scopes: dict[str, dict[str, Any]] = {
        "lead_staff": {},
        "coc_staff": {"coc": CoC.objects.order_by("number").first()},
        "cho_lead": {"organization": Organization.objects.order_by("pk").first()},
    }
    users = {}
    for role, scope in scopes.items():
        users[role], made = User.objects.get_or_create(email=f"{role}@benchmark.invalid", defaults={"name": role})
        if made:
            grant_role(user=users[role], role=role, by=ROBOT, **scope)
    return users


def _measure(address: str, role: str, user: Any) -> None:
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    status = client.get(address).status_code  # the first request compiles the template
    if status == HTTPStatus.FORBIDDEN:
        return
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    queries = len(captured)  # now: the next request empties the log
    seconds, ours, theirs = [], [], []
    for _ in range(REQUESTS):
        database, started, worked = _database_seconds(), time.perf_counter(), time.process_time()
        client.get(address)
        seconds.append(time.perf_counter() - started)
        ours.append(time.process_time() - worked)
        theirs.append(_database_seconds() - database)
    seconds.sort()
    middle, most = statistics.median(seconds) * 1000, seconds[round(REQUESTS * 0.95) - 1] * 1000
    over = "  over" if most > BUDGET * 1000 else ""
    own, database = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
    print(
        f"{address:<62} {role:<11} {status:>6} {queries:>7} {middle:>7.1f} {most:>7.1f} {own:>7.1f} {database:>8.1f}{over}",
        flush=True,
    )


def _database_seconds() -> float:
    """Processor time of PostgreSQL's process behind our connection, in seconds; 0 where it is not on this machine."""
    connection.ensure_connection()
    ticks = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(ticks.read_text().split()[0]) / 1e9 if ticks.exists() else 0.0
