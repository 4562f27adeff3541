"""Imports as tests do them: an export or a roster goes in, is read, and is applied."""

from __future__ import annotations

import copy
import io

from django.apps import apps
from django.core.files import File

from hmislead.access.scopes import ROBOT
from hmislead.directory.imports import operations, roster_operations
from hmislead.directory.tabular.mapping import guess_mapping
from tests.directory import hmis_samples

TABLES = (
    "Organization",
    "OrganizationRole",
    "Participation",
    "Project",
    "ProjectCoC",
    "Funder",
    "Inventory",
    "HMISParticipation",
    "CEParticipation",
    "Affiliation",
    "Person",
    "License",
)
HEADER = "E-mail,User name,First name,Last name,Agency,Status,Last login,Created\n"


def uploaded(made, by=ROBOT):
    """A batch of an export that is read and waits to be applied."""
    zipped = File(hmis_samples.export_zip(made), name="export.zip")
    return operations.upload_export(file=zipped, name="export.zip", by=by, inline=True)


def applied(made, by=ROBOT):
    """A batch of an export that was read and applied."""
    return operations.apply_import(batch_id=uploaded(made, by).pk, by=by, inline=True)


def later(made, day="2026-04-01", **header):
    """A copy of an export, made on a later day."""
    newer = copy.deepcopy(made)
    newer["Export"][0].update({"ExportDate": f"{day} 06:00:00", **header})
    return newer


def change(made, file, number=0, updated="2026-03-15 12:00:00", **values):
    """Change a row of an export, with the moment at which that was done in the HMIS."""
    made[file][number].update({**values, "DateUpdated": updated})
    return made


def snapshot():
    """Every row of the directory and its history, without the times of recording."""
    found = {}
    for name in TABLES:
        for model in (apps.get_model("directory", name), apps.get_model("directory", f"{name}Event")):
            names = [field.attname for field in model._meta.concrete_fields if field.name != "updated_at"]
            found[model.__name__] = sorted(map(str, model.objects.values_list(*names)))
    return found


def roster_batch(rows, by=ROBOT, name="roster.csv"):
    """A roster that waits for its columns. `rows` are lines of CSV below HEADER."""
    data = io.BytesIO((HEADER + "\n".join(rows) + "\n").encode())
    return operations.upload_roster(file=File(data, name=name), name=name, by=by)


def read_roster(rows, day, by=ROBOT, **choices):
    """A roster of a day that is compared and waits to be applied."""
    batch = roster_batch(rows, by)
    mapping = choices.pop("mapping", None) or guess_mapping(batch.header["columns"])
    choices = {"complete": True, **choices}
    roster_operations.map_roster(batch_id=batch.pk, mapping=mapping, facts_on=day, by=by, **choices)
    operations.read_step(batch.pk)
    batch.refresh_from_db()
    return batch


def apply_roster(rows, day, by=ROBOT, **choices):
    """A roster of a day, compared and applied."""
    return operations.apply_import(batch_id=read_roster(rows, day, by, **choices).pk, by=by, inline=True)
