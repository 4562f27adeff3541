"""The building blocks' own addresses, and a navigation of their own."""

import pytest

from hmislead.web import navigation


@pytest.fixture
def gallery_site(settings):
    """The addresses of tests/web/urls.py, with a short navigation in place of the rooms' own."""
    settings.ROOT_URLCONF = "tests.web.urls"
    kept = list(navigation._items), dict(navigation._links)
    navigation.address.cache_clear()
    navigation._items[:] = []
    navigation._links.clear()
    navigation.register(
        navigation.NavItem("Agencies", 20, "Implementations", "list"),
        navigation.NavItem("Agencies", 30, "Pieces", "pieces"),
        navigation.NavItem("Home", 10, "Home", "home", plain_label="Start"),
        navigation.NavItem("Settings", 10, "Rules", "rules", permission="change_settings"),
    )
    navigation.register_link("home", "home")
    navigation.register_link("search", "home")
    navigation.register_link("notices", "home")
    yield
    navigation.address.cache_clear()
    navigation._items[:], _ = kept
    navigation._links.clear()
    navigation._links.update(kept[1])
