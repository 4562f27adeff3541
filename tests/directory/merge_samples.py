"""Two agencies, or two people, that hold everything a merge can meet: what moves and what clashes."""

import datetime as dt

from django.apps import apps
from django.utils import timezone

from agreements.models import Agreement, AgreementParty
from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.compliance.models import Task, Waiver
from hmislead.directory import models
from hmislead.tenancy.migration_operations import is_event_model, is_tenant_model
from tests import factories

OLD, NEW = dt.date(2024, 2, 29), dt.date(2025, 6, 1)
# Worked out from the rest, with keys and times of their own; and the record of the merge itself.
DERIVED = {"compliance.Status", "compliance.Gate", "compliance.Change", "compliance.Tally", "directory.Merge"}


def snapshot():
    """Every row of every tenant table, column by column, as it is now."""
    found = {}
    for model in apps.get_models():
        if is_tenant_model(model) and not is_event_model(model) and model._meta.label not in DERIVED:
            found[model._meta.label] = {
                str(row["pk"]): row for row in model._base_manager.values("pk", *_columns(model))
            }
    return found


def _columns(model):
    return [field.attname for field in model._meta.concrete_fields]


def statuses():
    """Compliance as people see it, without the engine's own keys and times."""
    rows = apps.get_model("compliance", "Status").objects.values_list(
        "requirement", "subject_id", "state", "due_on", "lapses_on", "since", "note", "organization_id"
    )
    return set(rows)


def two_agencies(implementation, coc):
    """`gone` and `stays`: roles, CoC, contact, licenses and guardian rows that clash; the rest only at `gone`."""
    gone = factories.OrganizationFactory(name="Harbor House Inc", phone="555-0100")
    stays = factories.OrganizationFactory(name="Harbor House", website="https://harbor.example.org")
    shared, lonely = factories.PersonFactory(), factories.PersonFactory()
    for organization, day in ((gone, OLD), (stays, NEW)):
        factories.OrganizationRoleFactory(organization=organization, starts_on=day)
        factories.ParticipationFactory(organization=organization, coc=coc, starts_on=day)
        factories.ContactFactory(organization=organization, person=shared, starts_on=day, affirmed_on=day)
    ended = {"state": "terminated", "terminated_on": NEW}
    licenses = {
        "stronger": factories.LicenseFactory(organization=gone, person=shared, activated_on=OLD, username="shared"),
        "weaker": factories.LicenseFactory(organization=stays, person=shared, state="suspended", suspended_on=NEW),
        "moving": factories.LicenseFactory(organization=gone, person=lonely),
        "ended": factories.LicenseFactory(organization=gone, person=shared, **ended),
    }
    now = timezone.now()
    models.Departure.objects.create(license=licenses["weaker"], departed_at=now, reported_at=now, due_at=now)
    for number, name in ((1, "stronger"), (2, "weaker")):
        Task.objects.create(number=number, kind=Task.Kind.LOCK_ACCOUNT, title="Lock", license=licenses[name])
    factories.ProjectFactory(organization=gone)
    Waiver.objects.create(
        requirement="active-project",
        subject_kind="organization",
        subject_id=gone.pk,
        organization=gone,
        kind="not_applicable",
        reason="New agency",
        starts_on=OLD,
    )
    models.SourceRecord.objects.create(
        source_system="HMIS",
        file="Organization",
        external_id="17",
        object_id=gone.pk,
        export_date=now,
        content_hash="x",
    )
    agreement = Agreement.objects.create(type="participation", signed_on=OLD, effective_on=OLD)
    AgreementParty.objects.create(agreement=agreement, role="cho", organization=gone)
    lead = factories.member(implementation, "harbor_lead")
    for organization in (gone, stays):
        access_operations.grant_role(user=lead, role="cho_lead", organization=organization, by=ROBOT)
    return gone, stays, licenses
