"""Makes one row of any tenant table by raw SQL, so that no table is left out of the tests for want of a factory."""

from __future__ import annotations

import uuid

from django.apps import apps
from django.db import connection, models

from hmislead.tenancy.migration_operations import is_tenant_model

# What a check constraint of a table wants and a column's type does not tell.
WANTED = {
    "access_rolegrant": {"coc_id": None, "organization_id": None},
    "agreements_agreementparty": {"organization_id": uuid.UUID(int=7)},
    "agreements_candidate": {"person_id": uuid.UUID(int=7)},
    "agreements_packet": {"state": "draft"},
    "agreements_signer": {"state": "asked"},
    "compliance_task": {"closed_at": None, "proof_kind": ""},
    "compliance_waiver": {"kind": "not_applicable"},
    "directory_license": {"state": "active", "terminated_on": None},
    "directory_signatory": {"organization_id": uuid.UUID(int=7), "coc_id": None},
    "directory_staffposition": {"fte": 1},
    "documents_citation": {"cited_id": uuid.UUID(int=7)},
    "documents_versioneffect": {"state": "requested"},
}
# Exactly one of these columns is filled: the first, unless another one is given.
ONE_OF = {"policies_casenote": ("deviation_id", "grievance_id", "sanction_id")}
BY_TYPE = {
    "uuid": lambda: uuid.uuid4(),
    "boolean": lambda: False,
    "date": lambda: "2026-01-01",
    "timestamp with time zone": lambda: "2026-01-01T00:00:00Z",
    "jsonb": lambda: "{}",
    "ARRAY": lambda: "{}",
    "inet": lambda: "127.0.0.1",
}


def tenant_models() -> list[type[models.Model]]:
    """Every table whose rows belong to an implementation, history included."""
    return sorted(
        (model for model in apps.get_models() if is_tenant_model(model)), key=lambda model: model._meta.db_table
    )


def columns_of(table: str) -> list[tuple[str, str, bool]]:
    """(name, type, may be NULL) of a table's columns that the database does not fill by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns"
            " WHERE table_name = %s AND is_identity = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'",
            [table],
        )
        return cursor.fetchall()


def values_for(table: str, implementation_id: uuid.UUID, **given: object) -> dict[str, object]:
    """A value for every column that needs one."""
    made: dict[str, object] = {}
    either = ONE_OF.get(table, ())
    if either and not set(either) & set(given):
        given[either[0]] = uuid.UUID(int=7)
    for name, kind, nullable in columns_of(table):
        if name == "implementation_id":
            made[name] = implementation_id
        elif name in given:
            made[name] = given[name]
        elif name in WANTED.get(table, {}):
            made[name] = WANTED[table][name]
        elif not nullable:
            made[name] = BY_TYPE.get(kind, lambda kind=kind: "x" if "char" in kind or kind == "text" else 1)()
    if any(name == "implementation_id" for name, _, _ in columns_of(table)) is False:
        made["implementation_id"] = implementation_id  # filled by the database unless named: name it
    return made


def insert(table: str, implementation_id: uuid.UUID, **given: object) -> object:
    """Insert a row; references are checked at the end of the transaction, which the tests roll back."""
    values = values_for(table, implementation_id, **given)
    names = ", ".join(f'"{name}"' for name in values)
    key = "pgh_id" if "pgh_label" in values else "id"
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(values))}) RETURNING "{key}"'
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values.values()))
        return cursor.fetchone()[0]
