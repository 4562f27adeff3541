"""Merging: everything moves, clashes are settled, nothing is lost, and undo brings back exactly what was."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from agreements.models import AgreementParty
from hmislead.access.scopes import ROBOT
from hmislead.compliance import engine
from hmislead.compliance.models import Status, Task, Waiver
from hmislead.directory import merging, models
from hmislead.directory.operations import merges
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from tests import factories
from tests.directory import merge_samples as samples


@pytest.fixture
def agencies(tenant, coc):
    return samples.two_agencies(tenant, coc)


def merge(gone, stays, kind="organization", by=ROBOT):
    return merges.merge(kind=kind, gone_id=gone.pk, stays_id=stays.pk, by=by)


def test_everything_moves_to_the_one_that_stays(agencies):
    gone, stays, _ = agencies
    merge(gone, stays)
    assert stays.projects.count() == 1
    assert AgreementParty.objects.get().organization_id == stays.pk
    assert models.SourceRecord.objects.get().object_id == stays.pk
    waiver = Waiver.objects.get()
    assert (waiver.subject_id, waiver.organization_id) == (stays.pk, stays.pk)
    assert {each.organization_id for each in models.License.objects.all()} == {stays.pk}
    stays.refresh_from_db()
    gone.refresh_from_db()
    assert (stays.phone, stays.website, stays.name) == ("555-0100", "https://harbor.example.org", "Harbor House")
    assert gone.merged_into_id == stays.pk


def test_of_two_roles_the_one_kept_has_held_since_the_earlier_day(agencies):
    gone, stays, _ = agencies
    merge(gone, stays)
    for rows in (stays.roles, stays.participations, stays.contacts):
        assert [row.starts_on for row in rows.filter(ends_on=None)] == [samples.OLD]
    assert stays.contacts.get().affirmed_on == samples.NEW
    # The others are not deleted: they stay with the one that went.
    assert (gone.roles.count(), gone.participations.count(), gone.contacts.count()) == (1, 1, 1)


def test_of_two_licenses_of_one_person_the_stronger_lives_on(agencies):
    gone, stays, licenses = agencies
    merge(gone, stays)
    for license_ in licenses.values():
        license_.refresh_from_db()
    assert licenses["stronger"].state == "active"
    assert (licenses["weaker"].state, licenses["weaker"].terminated_on) == ("terminated", settings.today())
    # What hung on the one that ended hangs on the one that lives; of two open tasks of a kind one may be open on it.
    assert models.Departure.objects.get().license_id == licenses["stronger"].pk
    assert {task.license_id for task in Task.objects.all()} == {licenses["stronger"].pk, licenses["weaker"].pk}


def test_undo_brings_back_exactly_what_was(agencies):
    gone, stays, _ = agencies
    engine.evaluate_all(settings.today())
    # Since when a state holds would be lost by a mere re-check.
    Status.objects.update(since=samples.OLD)
    before, owed = samples.snapshot(), samples.statuses()
    record = merge(gone, stays)
    assert samples.snapshot() != before
    assert not Status.objects.filter(subject_id=gone.pk).exists()
    _, changed_since = merges.undo_merge(merge_id=record.pk, by=ROBOT)
    assert changed_since == 0
    assert samples.snapshot() == before
    assert samples.statuses() == owed


def test_undo_leaves_what_was_changed_since(agencies):
    gone, stays, _ = agencies
    record = merge(gone, stays)
    elsewhere = factories.OrganizationFactory()
    stays.projects.update(organization=elsewhere)
    models.Organization.objects.filter(pk=stays.pk).update(phone="555-0199")
    _, changed_since = merges.undo_merge(merge_id=record.pk, by=ROBOT)
    stays.refresh_from_db()
    assert (changed_since, elsewhere.projects.count(), stays.phone) == (2, 1, "555-0199")


@pytest.mark.parametrize(("hours", "allowed"), [(23.9, True), (24.1, False)])
def test_undo_is_open_for_a_day(agencies, hours, allowed):
    gone, stays, _ = agencies
    record = merge(gone, stays)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=hours), tick=False):
        assert merges.can_undo(record) is allowed
        if allowed:
            merges.undo_merge(merge_id=record.pk, by=ROBOT)
        else:
            with pytest.raises(DomainError, match="24 hours"):
                merges.undo_merge(merge_id=record.pk, by=ROBOT)


def test_a_merge_that_another_stands_on_is_undone_last(agencies):
    gone, stays, _ = agencies
    third = factories.OrganizationFactory()
    before = samples.snapshot()
    first, second = merge(gone, stays), merge(stays, third)
    with pytest.raises(DomainError, match="later merge first"):
        merges.undo_merge(merge_id=first.pk, by=ROBOT)
    merges.undo_merge(merge_id=second.pk, by=ROBOT)
    merges.undo_merge(merge_id=first.pk, by=ROBOT)
    assert samples.snapshot() == before


@pytest.mark.usefixtures("everybody")
def test_the_preview_tells_and_changes_nothing(agencies, people):
    gone, stays, _ = agencies
    before = samples.snapshot()
    seen = merges.preview_merge(kind="organization", gone_id=gone.pk, stays_id=stays.pk, by=people["staff"])
    assert samples.snapshot() == before
    told = {entry["label"]: (entry["count"], entry["clashes"]) for entry in seen.moves}
    assert told["licenses"] == (3, 1)
    assert told["projects"] == (1, 0)
    assert told["contacts"] == (0, 1)
    assert seen.filled == ["phone"]
    assert seen.stays.phone == ""


def test_two_people_become_one(tenant, agency, neighbour):
    gone = factories.PersonFactory(first_name="Pat", last_name="Doe", phone="555-0100")
    stays = factories.PersonFactory(first_name="Patricia", last_name="Doe", email="")
    user = factories.UserFactory()
    models.Person.objects.filter(pk=gone.pk).update(user=user)
    for person, organization in ((gone, agency), (gone, neighbour), (stays, agency)):
        factories.LicenseFactory(person=person, organization=organization)
    factories.ContactFactory(organization=agency, person=gone)
    before = samples.snapshot()
    record = merge(gone, stays, "person")
    stays.refresh_from_db()
    assert (stays.user_id, stays.email, stays.phone) == (user.pk, gone.email, "555-0100")
    living = models.License.objects.living().filter(person=stays)
    assert {each.organization_id for each in living} == {agency.pk, neighbour.pk}
    assert stays.licenses.count() == 3
    assert stays.contact_functions.count() == 1
    merges.undo_merge(merge_id=record.pk, by=ROBOT)
    assert samples.snapshot() == before


def test_two_sign_ins_are_warned_of(tenant, people):
    first, second = (factories.PersonFactory(user=factories.UserFactory()) for _ in range(2))
    seen = merges.preview_merge(kind="person", gone_id=first.pk, stays_id=second.pk, by=people["staff"])
    assert "Both have a sign-in" in seen.warnings[0]


def test_who_may_not_merge(agencies, people):
    gone, stays, _ = agencies
    for name in ("cho_lead", "coc_staff", "auditor", "end_user"):
        with pytest.raises(PermissionDenied):
            merge(gone, stays, by=people[name])


def test_what_cannot_be_merged(agencies):
    gone, stays, _ = agencies
    with pytest.raises(DomainError, match="two different"):
        merge(gone, gone)
    merge(gone, stays)
    with pytest.raises(DomainError, match="merged already"):
        merge(gone, stays)
    closed = factories.OrganizationFactory(closed_on=samples.NEW)
    with pytest.raises(DomainError, match="is closed"):
        merge(stays, closed)


def test_another_implementations_agency_is_not_found(agencies, other_implementation):
    gone, _, _ = agencies
    with pytest.raises(models.Organization.DoesNotExist):
        merges.merge(kind="organization", gone_id=gone.pk, stays_id=other_implementation.pk, by=ROBOT)


def test_no_reference_is_forgotten(tenant):
    """Every id column without a foreign key is either known to merging or known not to matter."""
    columns = {(reference.model._meta.label, reference.column) for reference in merging.references(models.Organization)}
    assert ("directory.License", "organization_id") in columns
    assert ("access.OrganizationUserPermission", "content_object_id") in columns
    told = {label for label, _ in merging.SOFT} | merging.LEFT_AS_THEY_ARE
    # ImportChange and Merge are records of what happened; a history row keeps the key it was written with.
    told |= {"directory.ImportChange", "directory.Merge"}
    assert soft_columns() <= told


def soft_columns():
    from django.apps import apps
    from django.db.models import UUIDField

    from hmislead.tenancy.migration_operations import is_event_model, is_tenant_model

    return {
        model._meta.label
        for model in apps.get_models()
        if is_tenant_model(model) and not is_event_model(model)
        for field in model._meta.concrete_fields
        if isinstance(field, UUIDField) and not field.primary_key
    }
