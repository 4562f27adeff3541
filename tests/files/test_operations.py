"""Stored files: checked when they come in, found only by who may read them, each look in the log."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.audit.models import FileAccess
from hmislead.errors import RefusedFile
from hmislead.files import operations
from hmislead.files.models import StoredFile
from tests.files.samples import pdf


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def store(**more):
    return operations.store_file(**{"file": pdf("agreement.pdf"), "permission": "view_evidence", "by": ROBOT, **more})


def address(stored):
    return reverse("files:file-download", kwargs={"slug": "north", "pk": stored.pk})


def test_a_file_is_kept_under_a_name_that_says_nothing(agency, people, storage):
    stored = store(organization=agency, by=people["staff"])
    assert (stored.name, stored.content_type, stored.uploaded_by) == (
        "agreement.pdf",
        "application/pdf",
        people["staff"],
    )
    assert stored.content.name.startswith(str(agency.implementation_id))
    assert "agreement" not in stored.content.name
    assert stored.content.size == stored.size


def test_a_refused_file_leaves_nothing_behind(tenant, storage):
    with pytest.raises(RefusedFile):
        store(file=SimpleUploadedFile("agreement.pdf", b"<html>"))
    with pytest.raises(RefusedFile):
        store(max_bytes=10)
    assert not StoredFile.objects.exists()
    assert not [path for path in storage.rglob("*") if path.is_file()]


READ_ALL = {"staff", "trainer", "help_desk", "monitor", "analyst", "auditor"}
READERS = {
    "agency's evidence": ({"organization"}, READ_ALL | {"cho_lead"}),
    "the implementation's": (set(), READ_ALL),
    "of the CoC": ({"coc"}, READ_ALL),
}


@pytest.mark.parametrize("case", READERS)
def test_who_may_open_a_file(case, client, agency, coc, people):
    scope, readers = READERS[case]
    stored = store(**{name: {"organization": agency, "coc": coc}[name] for name in scope})
    for name in set(people) - {"administrator"}:  # who is asked for a second factor first
        client.force_login(people[name])
        assert (client.get(address(stored)).status_code == 200) is (name in readers), name


def test_a_download_is_saved_never_run_and_logged(client, agency, people):
    stored = store(organization=agency)
    client.force_login(people["cho_lead"])
    response = client.get(address(stored))
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["Content-Disposition"] == 'attachment; filename="agreement.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    looked = FileAccess.objects.get()
    assert (looked.file, looked.user, looked.how) == (stored, people["cho_lead"], "page")
    client.force_login(people["neighbour_lead"])
    assert client.get(address(stored)).status_code == 404
    assert FileAccess.objects.count() == 1


def test_the_api_shows_and_logs_the_same(client, agency, people):
    stored = store(organization=agency)
    client.force_login(people["cho_lead"])
    base = "/api/v1/i/north/files/"
    assert [row["id"] for row in client.get(base).json()["results"]] == [str(stored.pk)]
    assert client.get(f"{base}{stored.pk}/content/").status_code == 200
    assert FileAccess.objects.get().how == "api"
    client.force_login(people["neighbour_lead"])
    assert client.get(base).json()["results"] == []
    assert client.get(f"{base}{stored.pk}/content/").status_code == 404
