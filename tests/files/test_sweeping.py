"""Bytes without a row are removed after a day; a row's file never is."""

from __future__ import annotations

import datetime as dt
import os

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from hmislead.access.scopes import ROBOT
from hmislead.files import operations, sweeping
from hmislead.files.models import StoredFile, file_storage
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.tenancy.context import use
from tests.files.samples import pdf


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def store():
    return operations.store_file(file=pdf("agreement.pdf"), permission="view_evidence", by=ROBOT)


def store_and_roll_back():
    with transaction.atomic():
        store()
        transaction.set_rollback(True)


def kept(storage):
    return {str(path.relative_to(storage)) for path in storage.rglob("*") if path.is_file()}


def age(storage, hours):
    """Let every file that is there be so many hours old."""
    then = (timezone.now() - dt.timedelta(hours=hours)).timestamp()
    for name in kept(storage):
        os.utime(storage / name, (then, then))


def test_what_a_rolled_back_transaction_left_is_removed_and_a_row_s_file_is_not(tenant, storage):
    stored = store()
    store_and_roll_back()
    assert len(kept(storage)) == 2
    age(storage, 25)
    assert sweeping.sweep_step(tenant.pk) is False
    assert kept(storage) == {stored.content.name}
    assert StoredFile.objects.get().content.read().startswith(b"%PDF")


@pytest.mark.parametrize(("hours", "left"), [(23, 1), (25, 0)])
def test_bytes_younger_than_a_day_may_belong_to_an_open_transaction(tenant, storage, hours, left):
    store_and_roll_back()
    age(storage, hours)
    sweeping.sweep_step(tenant.pk)
    assert len(kept(storage)) == left


def test_only_the_implementation_s_own_folder_is_looked_at(tenant, other_implementation, storage):
    file_storage().save(f"{other_implementation.pk}/stray", ContentFile(b"theirs"))
    file_storage().save("somebody/else", ContentFile(b"not ours"))
    store_and_roll_back()
    age(storage, 25)
    sweeping.sweep_step(tenant.pk)
    assert kept(storage) == {f"{other_implementation.pk}/stray", "somebody/else"}


def test_many_strays_are_removed_in_several_units(implementation, storage, monkeypatch):
    monkeypatch.setattr(sweeping, "MOST_A_STEP", 2)
    with use(implementation):
        stored = store()
        for _ in range(5):
            store_and_roll_back()
    age(storage, 25)
    with use(implementation):
        assert [sweeping.sweep_step(implementation.pk) for _ in range(3)] == [True, True, False]
    assert kept(storage) == {stored.content.name}


def test_each_implementation_is_swept_once_a_day(implementation, other_implementation, storage):
    with use(implementation):
        store_and_roll_back()
    age(storage, 25)
    assert sweeping.start_sweeps() == 2
    assert sweeping.start_sweeps() == 0
    for job in Job.objects.filter(kind=sweeping.SWEEP):
        assert jobs.run(job.pk) is True
    assert kept(storage) == set()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert sweeping.start_sweeps() == 2
