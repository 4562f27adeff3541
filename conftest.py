"""What holds for every test. Settings come from `hmislead.settings_test`; `bin/test` starts the services."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from xdist.scheduler import LoadScopeScheduling

# Playwright keeps an event loop in the main thread; Django would take each query of a later test for one made in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# marker: (variable that bin/test sets when the tool is missing, what to say)
TOOLS = {
    "browser": ("HMISLEAD_NO_BROWSER", "no Chromium on this machine"),
    "pdftotext": ("HMISLEAD_NO_PDFTOTEXT", "no pdftotext on this machine"),
}


# Tests that drive a browser or start processes depend on how busy the machine is, and four thousand tests stand or fall
# together: such a test gets one second try. The summary lists each that needed it (RERUN), so that its cause is found.
SECOND_TRY = ("browser", "processes")


# Begun last, a long test would leave the other processes nothing to do.
LONG = "tests/test_every_page_in_chromium.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    missing = {marker: reason for marker, (variable, reason) in TOOLS.items() if os.environ.get(variable) == "1"}
    for item in items:
        if any(item.get_closest_marker(marker) for marker in SECOND_TRY):
            item.add_marker(pytest.mark.flaky(reruns=1))
        for marker, reason in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


# Modules whose tests hand on something costly: one process runs all of each, and begins with them.
TOGETHER = {
    "tests/compliance/test_leads.py",
    "tests/local/test_commands.py",
    "tests/reporting/compliance/test_api.py",
    "tests/reporting/compliance/test_documents.py",
    "tests/reporting/compliance/test_facts.py",
    "tests/reporting/compliance/test_pages.py",
    "tests/reporting/compliance/test_reports.py",
    "tests/test_no_dead_ends.py",
}


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking through it for rubbish again and again took a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # and looking for new rubbish as seldom as memory allows


class Together(LoadScopeScheduling):
    """Gives each process the next test, but all tests of a module in TOGETHER to one.

    The mark `xdist_group` would say the same, and xdist 3.8 does not see it under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in TOGETHER else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Rate limits and locks live in the cache: what one test counted must not stop the next."""
    yield
    cache.clear()


# What `migrate` fills and nothing in the product changes.
FILLED = {"auth_permission", "catalogue_standard", "django_content_type", "django_migrations"}
# A table that something was ever written into since it was last emptied, whoever may see its rows, takes room.
TOUCHED = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
REFERENCES = "SELECT confrelid::regclass::text, conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"


def tables_to_empty(connection: Any) -> set[str]:
    """The tables that hold something, and those that refer to them: PostgreSQL empties them only together."""
    with connection.cursor() as cursor:
        cursor.execute(f"{TOUCHED} AND pg_relation_size(oid) > 0")
        waiting = [table for (table,) in cursor.fetchall() if table not in FILLED]
        cursor.execute(REFERENCES)
        references = cursor.fetchall()
    found: set[str] = set()
    while waiting:
        found.add(table := waiting.pop())
        waiting += [referring for referred, referring in references if referred == table and referring not in found]
    return found - FILLED


@pytest.fixture(scope="session", autouse=True)
def only_what_was_filled_is_emptied() -> Iterator[None]:
    """After a test with transactions of its own Django empties every table and fills those of `migrate` again, which
    took more than a second for each of these tests."""

    def emptying(style: Any, connection: Any, **how: Any) -> list[str]:
        return connection.ops.sql_flush(style, sorted(tables_to_empty(connection)), **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", emptying)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *arguments, **names: None)
        yield
