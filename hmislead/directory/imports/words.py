"""Words for what an import does: tables, fields, HUD's codes, and values before and after."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hmislead.compliance.models import Task
from hmislead.directory.hmis_csv.spec import load_spec
from hmislead.directory.imports.hmis_tables import BY_FILE
from hmislead.directory.imports.preview import MATCHED
from hmislead.directory.models import HMISParticipation, License, OrganizationRole
from hmislead.directory.operations.projects import CODES
from hmislead.web.templatetags.web import long_date

TABLE_WORDS = {
    "Organization": "Agencies",
    "Project": "Projects",
    "ProjectCoC": "Project locations",
    "Funder": "Funding sources",
    "Inventory": "Beds and units",
    "HMISParticipation": "HMIS participation",
    "CEParticipation": "Coordinated Entry participation",
    "Affiliation": "Affiliations",
    "User": "People",
    "Role": "Roles of agencies",
    "Participation": "Agencies in CoCs",
    "License": "Licenses",
    "Task": "Tasks",
    "Account": "Accounts nobody here knows",
}
ACTION_WORDS = {
    "add": "to add",
    "change": "to change",
    "end": "to end",
    "propose": "proposed",
    "same": "the same as before",
    "older": "older than what is known",
    "left_out": "left out",
}
OTHER_LABELS = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail address",
    "phone": "Phone",
    "coc_id": "CoC of this implementation",
    "organization_id": "Agency",
    "project_id": "Project",
    "residential_project_id": "Residential project",
    "closed_on": "Closed on",
    "removed_on": "Deleted in the HMIS on",
    "starts_on": "From",
    "ends_on": "Until",
    "role": "Role",
    "source": "Source",
    "account_state": "Account in the HMIS",
    "observed_on": "Seen on",
    "last_sign_in_on": "Last sign-in",
    "username": "User name",
    "access_role": "Role in the HMIS",
    "activated_on": "Active since",
    "kind": "Kind",
    "proof": "Proof",
    "line": "Line of the file",
}
HIDDEN = frozenset({"license", "organization", "source"})
CHOICES: dict[str, dict[str, str]] = {
    "account_state": dict(License.AccountState.choices),
    "role": dict(OrganizationRole.Role.choices),
}


def table_word(table: str) -> str:
    return TABLE_WORDS.get(table, table)


def action_word(action: str) -> str:
    return ACTION_WORDS.get(action, action)


def field_word(table: str, name: str) -> str:
    """The label of a field."""
    known = BY_FILE.get(table)
    if known and name in known.columns.values():
        text = str(known.model._meta.get_field(name).verbose_name).replace(" ch ", " CH ")  # type: ignore[union-attr]
        return OTHER_LABELS.get(name) or text[:1].upper() + text[1:]
    return OTHER_LABELS.get(name, name.replace("_", " ").capitalize())


def value_word(table: str, name: str, value: Any) -> str:
    """A kept value in words: HUD's for its codes, dates in full."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "kind":
        return str(dict(Task.Kind.choices).get(value) or dict(HMISParticipation.Kind.choices).get(value, value))
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    if isinstance(value, int) and name in CODES:
        return load_spec().list_named(CODES[name]).label(value)
    return _date_word(value) if name.endswith(("_on", "_from", "_until")) else str(value)


def _date_word(value: Any) -> str:
    try:
        return str(long_date(dt.date.fromisoformat(str(value))))
    except ValueError:
        return str(value)


def told_fields(table: str, fields: dict[str, list[Any]]) -> list[tuple[str, str, str]]:
    """(label, old words, new words) of each field of a change that people read."""
    return [
        (field_word(table, name), value_word(table, name, old), value_word(table, name, new))
        for name, (old, new) in fields.items()
        if name not in HIDDEN and name != MATCHED and not (name.endswith("_id") and _is_key(old, new))
    ]


def _is_key(old: Any, new: Any) -> bool:
    """Keys of rows say nothing to people."""
    return any(isinstance(value, str) and len(value) == 36 and value.count("-") == 4 for value in (old, new))


def tell_changes(table: str, fields: dict[str, list[Any]]) -> list[str]:
    """Each change in one line, for text output."""
    told = [
        f"{label}: {new}" if old == "–" else f"{label}: {old} → {new}" for label, old, new in told_fields(table, fields)
    ]
    return ["is the one of the same name here", *told] if MATCHED in fields else told
