"""HMIS CSV exports that are none, or that hold what is not ours to keep."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files import File

from hmislead.access.scopes import ROBOT
from hmislead.directory.imports import operations
from hmislead.directory.models import ImportBatch
from hmislead.errors import RefusedFile
from tests import factories
from tests.directory import hmis_samples
from tests.directory.hmis_samples import export


@pytest.fixture
def here(tenant):
    """An implementation that serves the CoC of the samples, with no agency yet."""
    return factories.CoCFactory(number="OH-504")


def refused(data, name="export.zip"):
    with pytest.raises(RefusedFile) as raised:
        operations.upload_export(file=File(io.BytesIO(data), name=name), name=name, by=ROBOT)
    assert raised.value.status == 422
    assert not ImportBatch.objects.exists()
    return raised.value.message


def zipped(files):
    return hmis_samples.zip_of(files).getvalue()


def test_hostile_files_are_refused_and_nothing_is_kept(here):
    good = hmis_samples.members(export(1))
    refused(b"PK\x03\x04 not really")
    refused(b"Export.csv")
    refused(zipped({"Client.csv": b"PersonalID\n"}))
    refused(zipped({**good, "../Project.csv": b"x"}))
    refused(zipped({**good, "inner.zip": b"x"}))
    refused(zipped({**good, "Project.csv": b" " * 300_000_000}))
    refused(good["Project.csv"], "Project.csv")
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    made = io.BytesIO(zipped(good))
    with zipfile.ZipFile(made, "a") as opened:
        opened.writestr(link, "/etc/passwd")
    refused(made.getvalue())


def test_an_export_that_cannot_be_placed_is_refused_with_a_sentence(here):
    files = hmis_samples.members(export(1))
    del files["Organization.csv"]
    made = File(hmis_samples.zip_of(files), name="e.zip")
    batch = operations.upload_export(file=made, name="e.zip", by=ROBOT)
    operations.read_step(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert "Organization.csv" in batch.refusal


def test_files_about_clients_are_not_kept(here):
    files = {**hmis_samples.members(export(1)), "Client.csv": b"PersonalID,FirstName\n1,Nobody\n"}
    made = File(hmis_samples.zip_of(files), name="e.zip")
    batch = operations.upload_export(file=made, name="e.zip", by=ROBOT)
    with batch.file.content.open("rb") as stream, zipfile.ZipFile(stream) as kept:
        assert "Project.csv" in kept.namelist()
        assert "Client.csv" not in kept.namelist()
