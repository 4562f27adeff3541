"""What holds for every test. Settings come from `hmislead.settings_test`; `bin/test` starts the services."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management.commands import flush

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {marker: reason for marker, (variable, reason) in TOOLS.items() if os.environ.get(variable) == "1"}
    for item in items:
        if any(item.get_closest_marker(marker) for marker in SECOND_TRY):
            item.add_marker(pytest.mark.flaky(reruns=1))
        for marker, reason in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Rate limits and locks live in the cache: what one test counted must not stop the next."""
    yield
    cache.clear()


# What `migrate` fills and nothing in the product changes.
FILLED = {"auth_permission", "catalogue_standard", "django_content_type"}


@pytest.fixture(scope="session", autouse=True)
def what_migrate_filled_is_kept() -> Iterator[None]:
    """After a test with transactions of its own Django empties every table and fills those of `migrate` again.

    Filling them took three quarters of that time, about a second for each of these tests.
    """

    def emptying(style: Any, connection: Any, **how: Any) -> list[str]:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        return connection.ops.sql_flush(style, sorted(set(tables) - FILLED), **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", emptying)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *arguments, **names: None)
        yield
