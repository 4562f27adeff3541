"""What is for one person is kept by no cache, nor by the browser for whoever sits down next; public pages may be."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from hmislead.access.middleware import declared_access
from hmislead.access.scopes import ROBOT
from hmislead.documents.models import PublishedCopy
from hmislead.files.operations import store_file
from hmislead.web.middleware import SECRETS
from tests.accounts.conftest import invited
from tests.api.test_every_endpoint import bearer
from tests.documents.factories import version as make_version
from tests.files.samples import pdf
from tests.tenancy.test_context import views_by_address

pytestmark = pytest.mark.django_db
PRIVATE = "private, no-store"


def kept(client, url, **headers):
    """What an answer that was found says to caches."""
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, url
    return answer.get("Cache-Control", "")


def test_every_answer_to_somebody_signed_in_is_private(client, people, tenant, agency):
    client.force_login(people["staff"])
    listed = reverse("directory:organization-list", kwargs={"slug": "north"})
    file = store_file(file=pdf(), permission="view_evidence", by=people["staff"])
    assert {
        "page": kept(client, listed),
        "part of it": kept(client, listed, HX_Request="true", HX_Target="list"),
        "export": kept(client, f"{listed}?export=csv"),
        "file": kept(client, reverse("files:file-download", kwargs={"slug": "north", "pk": file.pk})),
        "own page": kept(client, reverse("accounts:security")),
        "page of the sign-in library": kept(client, reverse("mfa_index")),
        "api": kept(client, "/api/v1/i/north/organizations/"),
        "public page": kept(client, "/p/north/"),
    } == dict.fromkeys(
        ("page", "part of it", "export", "file", "own page", "page of the sign-in library", "api", "public page"),
        PRIVATE,
    )
    assert client.get("/i/north/nowhere/")["Cache-Control"] == PRIVATE
    gone = client.post(reverse("account_logout"))
    assert (gone.status_code, gone["Cache-Control"]) == (302, PRIVATE)
    assert client.get(listed)["Cache-Control"] == PRIVATE  # what Back asks for after signing out: the way to sign in


def test_an_answer_to_a_token_is_private(client, people, tenant):
    headers = bearer(people["staff"], tenant, ["view_directory"])
    assert kept(client, "/api/v1/i/north/organizations/", **headers) == PRIVATE


def test_what_a_personal_link_opens_is_private_to_its_holder(client, implementation):
    _, link = invited(implementation, "dana@example.org")
    assert kept(client, link) == PRIVATE
    assert client.get("/sign/unknown/")["Cache-Control"] == PRIVATE


def test_every_address_that_holds_a_secret_calls_it_so():
    """A link for anybody who knows it is told by the name of that part: there are no public ones by another name."""
    public = [
        route for route, view in views_by_address(get_resolver().url_patterns) if declared_access(view) == "public"
    ]
    texts = {route: set(re.findall(r"<str:(\w+)>", route)) for route in public if "<str:" in route}
    assert len([names for names in texts.values() if names & SECRETS]) >= 5
    assert set().union(*texts.values()) - SECRETS == {"provider_id", "organization_slug"}


def test_public_pages_and_static_files_say_themselves_who_may_keep_them(
    client, tenant, people, coc, settings, tmp_path
):
    version = make_version("policies_procedures", title="Policies", cocs=[coc], effective_on=dt.date(2025, 1, 1))
    file = store_file(file=pdf(), permission="view_documents", by=ROBOT)
    copy = PublishedCopy.objects.create(
        version=version, language="en", html="<p>Text</p>", sha256="1" * 64, published_at=timezone.now(), pdf=file
    )
    papers = {"slug": "north", "pk": copy.pk}
    assert kept(client, reverse("public_policies:copy", kwargs=papers)) == ""
    assert kept(client, "/p/north/") == ""
    for_all = "public, max-age=3600"
    assert kept(client, reverse("public_policies:copy-pdf", kwargs=papers)) == for_all
    (tmp_path / "app.css").write_text("body {}")
    settings.STATIC_ROOT = tmp_path
    reader = Client()
    reader.force_login(people["staff"])
    assert kept(reader, reverse("public_policies:copy-pdf", kwargs=papers)) == for_all
    assert kept(reader, "/static/app.css") == "max-age=60, public"
