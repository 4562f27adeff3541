"""What holds for every test. Settings come from `hmislead.settings_test`; `bin/test` starts the services."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache

# Playwright keeps an event loop in the main thread; Django would take each query of a later test for one made in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# marker: (variable that bin/test sets when the tool is missing, what to say)
TOOLS = {
    "browser": ("HMISLEAD_NO_BROWSER", "no Chromium on this machine"),
    "pdftotext": ("HMISLEAD_NO_PDFTOTEXT", "no pdftotext on this machine"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {marker: reason for marker, (variable, reason) in TOOLS.items() if os.environ.get(variable) == "1"}
    for item in items:
        for marker, reason in missing.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Rate limits and locks live in the cache: what one test counted must not stop the next."""
    yield
    cache.clear()
