"""The left navigation shows only what the person may use, in the order of the interface."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from hmislead.web import navigation


def request_for(path="/dressed-list/", *, may=(), plain=False):
    request = RequestFactory().get(path)
    request.implementation = SimpleNamespace(slug="north")
    request.access = SimpleNamespace(has=lambda permission: permission in may, is_plain=plain)
    return request


def shown(request):
    return [(section.room, [item.label for item in section.items]) for section in navigation.sections(request)]


def test_rooms_come_in_the_order_of_the_interface_not_of_registration(gallery_site):
    assert shown(request_for(may={"change_settings"})) == [
        ("Home", ["Home"]),
        ("Agencies", ["Implementations", "Pieces"]),
        ("Settings", ["Rules"]),
    ]


def test_what_the_person_may_not_use_is_left_out_with_its_room(gallery_site):
    assert "Settings" not in dict(shown(request_for()))


def test_agencies_and_end_users_read_plainer_words(gallery_site):
    assert shown(request_for(plain=True))[0] == ("Home", ["Start"])


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/dressed-list/", {"Implementations"}),
        ("/i/north/", {"Home"}),
        ("/i/north/rules/2027/", {"Rules"}),
        ("/i/north/without-an-entry/", set()),
        ("/elsewhere/", set()),
    ],
)
def test_the_longest_address_the_page_begins_with_is_current(gallery_site, path, current):
    found = navigation.sections(request_for(path, may={"change_settings"}))
    assert {item.label for section in found for item in section.items if item.current} == current
    assert {section.room for section in found if section.current} == {
        section.room for section in found for item in section.items if item.label in current
    }


def test_outside_an_implementation_there_is_no_navigation(gallery_site):
    assert navigation.sections(RequestFactory().get("/")) == []


def test_a_room_the_interface_does_not_name_is_refused():
    with pytest.raises(ValueError, match="Warehouse"):
        navigation.register(navigation.NavItem("Warehouse", 1, "Boxes", "home"))


def test_an_entry_registered_twice_shows_once(gallery_site):
    navigation.register(navigation.NavItem("Home", 10, "Home", "home", plain_label="Start"))
    assert dict(shown(request_for()))["Home"] == ["Home"]


def test_the_frame_asks_for_unread_notices_only_when_it_shows_them(gallery_site, client):
    assert "7 not read" in client.get("/gallery/pieces/").content.decode()
