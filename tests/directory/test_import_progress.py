"""How far an import is: a number on the page and in the API, told beside the transaction that writes it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files import File
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.directory.imports import operations
from hmislead.directory.models import ImportBatch
from hmislead.jobs import progress
from hmislead.jobs.progress import Progress
from hmislead.tenancy import settings as tenant_settings
from tests import factories
from tests.directory import hmis_samples
from tests.directory.import_samples import read_roster, uploaded


@pytest.fixture
def waiting(people):
    """An export that waits to be read."""
    factories.CoCFactory.reset_sequence()
    zipped = File(hmis_samples.export_zip(hmis_samples.export()), name="export.zip")
    return operations.upload_export(file=zipped, name="export.zip", by=people["staff"])


def last_told(batch):
    """The test's transaction stays open, so what was told last is not forgotten."""
    told = progress.of(batch.pk)
    return (told.total - told.done, told.words)


def test_reading_an_export_tells_each_of_its_steps(waiting):
    operations.read_step(waiting.pk)
    assert last_told(waiting) == (1, "Writing the preview")


def test_applying_an_export_tells_each_of_its_steps(tenant, coc):
    batch = uploaded(hmis_samples.export())
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert last_told(batch) == (1, "Checking what changed")


def test_a_roster_tells_each_of_its_steps(agency):
    day = tenant_settings.today() - dt.timedelta(days=1)
    batch = read_roster(["eve@example.org,eve,Eve,Stone,Harbor House,Active,,"], day)
    assert last_told(batch) == (1, "Writing the preview")
    operations.apply_import(batch_id=batch.pk, by=ROBOT, inline=True)
    assert last_told(batch) == (1, "Checking everybody")


def test_a_long_step_tells_its_rows(tenant, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0)
    told = []
    with progress.telling(tenant.pk, steps=2):
        progress.step("Comparing Project.csv")
        for row in progress.counted(range(1200)):
            if row in (0, 499, 500, 1199):
                told.append(progress.of(tenant.pk).words)
        progress.step("Comparing people")
        assert progress.of(tenant.pk) == Progress(1, 2, "Comparing people")
    assert told == [f"Comparing Project.csv, {row} of 1,200" for row in ("0", "0", "500", "1,000")]


def test_a_plan_that_is_made_again_never_tells_more_than_all(tenant):
    with progress.telling(tenant.pk, steps=2):
        for _ in range(5):
            progress.step("Reading")
        assert progress.of(tenant.pk).done == 2


def test_outside_of_a_job_nothing_is_told_and_nothing_is_missed(tenant):
    progress.step("Reading")
    assert list(progress.counted([1, 2, 3])) == [1, 2, 3]
    assert progress.of(tenant.pk) is None


def test_a_cache_that_is_away_stops_no_import(waiting, settings):
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1"}}
    operations.read_step(waiting.pk)
    assert ImportBatch.objects.get(pk=waiting.pk).state == "previewed"
    assert progress.of(waiting.pk) is None


def test_page_and_api_show_the_number_while_it_works_and_not_after(client, people, waiting):
    client.force_login(people["staff"])
    page = reverse("directory:import-progress", kwargs={"slug": "north", "pk": waiting.pk})
    endpoint = f"/api/v1/i/north/imports/{waiting.pk}/"
    assert "It begins in a moment" in client.get(page).content.decode()
    assert client.get(endpoint).json()["progress_total"] == 0
    with progress.telling(waiting.pk, steps=23):
        progress.step("Reading Project.csv")
        progress.step("Comparing Project.csv")
    shown = client.get(page).content.decode()
    assert "1 of 23" in shown
    assert "Comparing Project.csv" in shown
    found = client.get(endpoint).json()
    assert [found[f"progress_{name}"] for name in ("done", "total", "words")] == [1, 23, "Comparing Project.csv"]
    operations.read_step(waiting.pk)
    assert client.get(endpoint).json()["progress_words"] == ""
    assert "1 of 23" not in client.get(page).content.decode()
