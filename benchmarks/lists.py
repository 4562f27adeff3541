"""How long the pages with the longest lists take in the largest simulated implementation.

    bin/manage simulate
    bin/manage shell -c "import benchmarks.nightly; benchmarks.nightly.main()"
    bin/manage shell -c "import benchmarks.lists; benchmarks.lists.main()"

Each page is asked for by three kinds of people, through Django's test client: all of the middleware, the view and the
template, without a network. The people are made for the benchmark and cannot sign in.
Budget (architecture, section 10): 100 ms of server time for 95 requests in 100, and a constant number of queries.
"""

from __future__ import annotations

import logging
import statistics
import time
from http import HTTPStatus
from typing import Any

from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hmislead.access.operations import grant_role
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import User
from hmislead.directory.models import CoC, License, Organization
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation

SLUG = "sim-001"
REQUESTS = 20
BUDGET = 0.100

PAGES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("compliance:home", {}, ""),
    ("directory:license-list", {}, ""),
    ("directory:license-list", {}, "?q=garc&page=2"),
    ("directory:person-list", {}, ""),
    ("directory:person-list", {}, "?q=jen"),
    ("directory:organization-list", {}, ""),
    ("compliance:overview", {}, ""),
    ("compliance:grid", {}, ""),
    ("compliance:requirement-list", {}, ""),
    ("compliance:requirement-detail", {"code": "training-privacy"}, ""),
    ("compliance:requirement-detail", {"code": "end-user-agreement"}, "?state=overdue"),
    ("compliance:change-list", {}, ""),
    ("agreements:agreement-list", {}, ""),
    ("training:completion-list", {}, ""),
)


def main() -> None:
    """Prints for each page and kind of person who may see it: status, number of queries, and milliseconds: median, 95th
    percentile, and the median of this process's own work (the rest is PostgreSQL, and waiting for a busy machine)."""
    logging.disable()  # a line for each request would bury the table
    django_settings.ALLOWED_HOSTS.append("testserver")
    implementation = Implementation.objects.get(slug=SLUG)
    with use(implementation):
        readers = _readers()
        print(f"{SLUG}: {Organization.objects.count()} agencies, {License.objects.count()} licenses")
    print(f"{'page':<62} {'reader':<11} status queries  median     p95     own")
    for name, arguments, query in PAGES:
        address = reverse(name, kwargs={"slug": SLUG, **arguments}) + query
        for role, user in readers.items():
            _measure(address, role, user)


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
    seconds, ours = [], []
    for _ in range(REQUESTS):
        started, worked = time.perf_counter(), time.process_time()
        client.get(address)
        seconds.append(time.perf_counter() - started)
        ours.append(time.process_time() - worked)
    seconds.sort()
    middle, most = statistics.median(seconds) * 1000, seconds[round(REQUESTS * 0.95) - 1] * 1000
    over = "  over" if most > BUDGET * 1000 else ""
    own = statistics.median(ours) * 1000
    print(f"{address:<62} {role:<11} {status:>6} {queries:>7} {middle:>7.1f} {most:>7.1f} {own:>7.1f}{over}")
