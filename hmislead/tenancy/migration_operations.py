"""The one migration operation that makes tenant tables safe: policy, composite keys."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation

from hmislead.tenancy.fields import TenantField

PREDICATE = "implementation_id = nullif(current_setting('app.implementation', true), '')::uuid"


def is_tenant_model(model: type[models.Model]) -> bool:
    """True for tables whose rows belong to one implementation: TenantModel children and their history."""
    names = {field.name for field in model._meta.get_fields()}
    if "implementation" not in names:
        return False
    return isinstance(model._meta.get_field("implementation"), TenantField) or is_event_model(model)


def is_event_model(model: type[models.Model]) -> bool:
    """True for the history table of a tracked model."""
    return any(field.name == "pgh_label" for field in model._meta.get_fields())


def tenant_references(model: type[models.Model]) -> list[models.ForeignKey]:
    """The foreign keys of `model` that point to another tenant table. History keeps ids only: it outlives its object."""
    if is_event_model(model):
        return []
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and is_tenant_model(field.related_model)
    ]


class SecureTenantTables(Operation):
    """Last operation of every migration that adds a tenant table or reference.

    Secures what its app has by then and is not secured yet, so it can stand at the end of any migration. Going
    backwards needs nothing: dropping a table or column takes its policy and keys with it.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self) -> None:
        super().__init__()

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The policy and keys are no part of Django's picture of the models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        tenant_models = [
            model for model in to_state.apps.get_app_config(app_label).get_models() if is_tenant_model(model)
        ]
        for model in tenant_models:
            for statement in policy_statements(model._meta.db_table, referable=not is_event_model(model)):
                schema_editor.execute(statement)
        for model in tenant_models:
            for field in tenant_references(model):
                # Apps refer to each other in circles, so the target's own migration may not have run this yet.
                schema_editor.execute(key_statement(field.related_model._meta.db_table))
                schema_editor.execute(reference_statement(model, field))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """See the class."""

    def describe(self) -> str:
        return "Add row-level security and composite foreign keys to tenant tables"


class AllAtOnce(Operation):
    """Several operations as one step. For migrations that add many tables.

    Django draws every related model anew after each operation, which took two thirds of the time of an empty database.
    Here they are drawn once, as they are in the end. A table made here is made with all it has in the end, so what else
    is said about it here is left out.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: list[Operation]) -> None:
        super().__init__()
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # drawn again when somebody asks
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self._steps():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self._steps()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Take {len(self.operations)} steps at once"

    def _steps(self) -> list[Operation]:
        made = {each.name_lower for each in self.operations if isinstance(each, CreateModel)}
        about = [(each, str(getattr(each, "model_name", "")).lower()) for each in self.operations]
        return [each for each, model in about if model not in made]


def policy_statements(table: str, *, referable: bool) -> list[str]:
    """The statements that police a table and, if `referable`, give it the key (implementation_id, id) to refer to."""
    statements = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS tenant_isolation ON "{table}"',
        f'CREATE POLICY tenant_isolation ON "{table}" USING ({PREDICATE}) WITH CHECK ({PREDICATE})',
    ]
    return [*statements, key_statement(table)] if referable else statements


def key_statement(table: str) -> str:
    """The statement that gives a table the key that composite foreign keys point to."""
    name = constraint_name(table, "tenant_key")
    return _unless_exists(table, name, f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE (implementation_id, id)')


def reference_statement(model: type[models.Model], field: models.ForeignKey) -> str:
    """The statement that ties `field` to a row of the same implementation."""
    table, target = model._meta.db_table, field.related_model._meta.db_table
    name = constraint_name(table, f"{field.column}_tenant_fk")
    add = (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (implementation_id, "{field.column}") '
        f'REFERENCES "{target}" (implementation_id, id) DEFERRABLE INITIALLY DEFERRED'
    )
    return _unless_exists(table, name, add)


def constraint_name(table: str, suffix: str) -> str:
    """A name of at most 63 bytes, PostgreSQL's limit."""
    return f"{table[: 62 - len(suffix)]}_{suffix}"


def _unless_exists(table: str, name: str, statement: str) -> str:
    condition = f"SELECT FROM pg_constraint WHERE conname = '{name}' AND conrelid = '\"{table}\"'::regclass"
    return f"DO $do$ BEGIN IF NOT EXISTS ({condition}) THEN {statement}; END IF; END $do$"
