"""Saved views: a person's own, or shared, and nobody else's to remove."""

import pytest
from django.core.exceptions import PermissionDenied

from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from hmislead.web import operations
from hmislead.web.models import SavedView
from tests import factories

PAGE = "directory.organizations"


def keep(by, name="Overdue", **more):
    return operations.save_view(page=PAGE, name=name, query="state=overdue", by=by, **more)


def test_a_view_keeps_filters_without_page_and_export(tenant, people):
    view = operations.save_view(page=PAGE, name=" My  view ", query="q=a&page=3&export=csv", by=people["staff"])
    assert (view.name, view.query) == ("My view", "q=a")


def test_the_same_name_is_the_same_view(tenant, people):
    keep(people["staff"])
    keep(people["staff"], shared=True)
    assert [view.shared for view in SavedView.objects.all()] == [True]


def test_people_see_their_own_and_shared_views(tenant, people):
    mine, shared = keep(people["staff"]), keep(people["administrator"], shared=True)
    keep(people["administrator"], name="Private")
    assert set(SavedView.objects.visible_to(people["staff"])) == {mine, shared}


def test_another_implementations_views_do_not_exist(implementation, other_implementation):
    user = factories.UserFactory()
    with use(other_implementation):
        keep(user, shared=True)
    with use(implementation):
        assert not SavedView.objects.visible_to(user).exists()


def test_a_view_without_a_name_is_refused(tenant, people):
    with pytest.raises(DomainError, match="Give the view a name"):
        keep(people["staff"], name="  ")


def test_there_is_an_end_to_how_many(tenant, people, monkeypatch):
    monkeypatch.setattr(operations, "MAX_VIEWS", 1)
    keep(people["staff"])
    keep(people["staff"])
    with pytest.raises(DomainError, match="Remove one"):
        keep(people["staff"], name="One more")


@pytest.mark.parametrize(
    ("remover", "shared", "refusal"),
    [
        ("staff", False, None),
        ("administrator", True, PermissionDenied),
        ("administrator", False, SavedView.DoesNotExist),
    ],
)
def test_only_its_owner_removes_a_view(tenant, people, remover, shared, refusal):
    view = keep(people["staff"], shared=shared)
    if refusal:
        with pytest.raises(refusal):
            operations.remove_view(view_id=view.pk, by=people[remover])
    else:
        operations.remove_view(view_id=view.pk, by=people[remover])
    assert SavedView.objects.exists() is bool(refusal)


@pytest.fixture
def signed_in(gallery_site, implementation, client):
    user = factories.member(implementation, "staff")
    client.force_login(user)
    return user


def test_saving_goes_back_to_the_list(signed_in, implementation, client):
    sent = {"page": PAGE, "name": "Overdue", "query": "state=overdue", "next": "/list/?state=overdue"}
    answer = client.post("/i/north/views/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/list/?state=overdue")
    with use(implementation):
        assert SavedView.objects.get().owner == signed_in


def test_going_back_never_leaves_the_site(signed_in, client):
    answer = client.post("/i/north/views/", {"page": PAGE, "name": "x", "next": "https://evil.example/"})
    assert answer["Location"] == "/i/north/"


def test_a_refused_view_leaves_nothing_and_says_why(signed_in, implementation, client):
    answer = client.post("/i/north/views/", {"page": PAGE, "name": ""})
    assert answer.status_code == 409
    assert "Give the view a name" in answer.content.decode()
    with use(implementation):
        assert not SavedView.objects.exists()


def test_somebody_elses_private_view_is_not_found(signed_in, implementation, client):
    with use(implementation):
        view = keep(factories.member(implementation, "somebody"))
    assert client.post(f"/i/north/views/{view.pk}/remove/").status_code == 404
    with use(implementation):
        assert SavedView.objects.exists()


def test_strangers_cannot_save(gallery_site, implementation, client):
    assert client.post("/i/north/views/", {"page": PAGE, "name": "x"})["Location"].startswith("/accounts/login/")
    client.force_login(factories.UserFactory())
    assert client.post("/i/north/views/", {"page": PAGE, "name": "x"}).status_code == 404
