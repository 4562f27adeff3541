"""People an export's User.csv proposes: never licenses, and never without somebody's yes."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from hmislead.compliance import engine
from hmislead.directory import policy_people
from hmislead.directory.hmis_csv.records import ExportFile, Record
from hmislead.directory.imports import checking
from hmislead.directory.imports.hmis_known import seen_records
from hmislead.directory.imports.hmis_plan import PROPOSE, Plan, Step
from hmislead.directory.imports.policy import require_import
from hmislead.directory.models import ImportBatch, ImportChange, Person, SourceRecord
from hmislead.errors import DomainError
from hmislead.tenancy.fields import uuid7

USER = "User"


def plan_people(plan: Plan, export: ExportFile) -> None:
    """Propose the people of User.csv who have a name and are not known here by id or e-mail address."""
    linked = seen_records(plan.source).get(USER, {})
    known = {email.casefold() for email in Person.objects.current().exclude(email="").values_list("email", flat=True)}
    for record in export.records.get(USER, []):
        person = _person(record)
        if record.date_deleted or record.external_id in linked or person["email"].casefold() in known - {""}:
            plan.counts[USER]["same"] += 1
        elif not (person["first_name"] and person["last_name"]):
            plan.counts[USER]["left_out"] += 1
        else:
            plan.counts[USER][PROPOSE] += 1
            label = f"{person['first_name']} {person['last_name']}"
            plan.proposals.append(Step(USER, PROPOSE, record.external_id, uuid7(), label, {}, person))


def _person(record: Record) -> dict[str, str]:
    return {
        "first_name": " ".join(record.text("UserFirstName").split()),
        "last_name": " ".join(record.text("UserLastName").split()),
        "email": record.text("UserEmail").strip().lower()[:254],
        "phone": record.text("UserPhone")[:30],
    }


@transaction.atomic
def accept_people(*, batch_id: UUID, by: Any, change_ids: list[UUID] | None = None) -> int:
    """Add the people an applied export proposes, all or these. Returns how many are new.

    Somebody who has the e-mail address by now is linked and not added again. Gives nobody a license. Whoever adds them
    here may add them one by one as well. Raises PermissionDenied, DomainError while the import is not applied.
    """
    batch = ImportBatch.objects.visible_to(by).select_for_update(of=("self",)).get(pk=batch_id)
    require_import(by)
    policy_people.require_add_person(by)
    if batch.state != ImportBatch.State.APPLIED or batch.kind != ImportBatch.Kind.HMIS_CSV:
        raise DomainError("Apply the import first. Then choose which people to add.")
    proposed = ImportChange.objects.visible_to(by).filter(batch=batch, action=PROPOSE, table=USER, applied=False)
    if change_ids is not None:
        proposed = proposed.filter(pk__in=change_ids)
    engine.defer_nothing()
    return _accept(batch, list(proposed.select_for_update(of=("self",))))


def _accept(batch: ImportBatch, proposed: list[ImportChange]) -> int:
    holders = {
        email.casefold(): key for key, email in Person.objects.current().exclude(email="").values_list("pk", "email")
    }
    added: list[Person] = []
    for change in proposed:
        facts = {name: new for name, (_, new) in change.fields.items()}
        email = facts.get("email", "")
        change.object_id = holders.get(email.casefold()) if email else None
        if change.object_id is None:
            person = Person(**facts)
            added.append(person)
            change.object_id = person.pk
            if email:
                holders[email.casefold()] = person.pk
        change.applied = True
    Person.objects.bulk_create(added, batch_size=500)
    ImportChange.objects.bulk_update(proposed, ["object_id", "applied"], batch_size=500)
    _link(batch, proposed)
    checking.recheck(people=[person.pk for person in added])
    return len(added)


def _link(batch: ImportBatch, accepted: list[ImportChange]) -> None:
    """Remember which person each UserID is, so that nobody is proposed twice."""
    made = [
        SourceRecord(
            source_system=batch.header["source"],
            file=USER,
            external_id=change.external_id,
            object_id=change.object_id,
            export_date=dt.datetime.fromisoformat(batch.header["export_date"]),
        )
        for change in accepted
        if change.object_id is not None
    ]
    SourceRecord.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
