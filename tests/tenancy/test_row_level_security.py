"""The first net, table by table, by raw SQL as the application's own database role."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, models, transaction

from hmislead.tenancy.context import use
from hmislead.tenancy.fields import TenantField, TenantForeignKey
from hmislead.tenancy.migration_operations import constraint_name, is_event_model, tenant_references
from tests.tenancy.rows import insert, tenant_models

pytestmark = pytest.mark.django_db
MODELS = tenant_models()
IDS = [model._meta.label for model in MODELS]
REFERENCES = [(model, field) for model in MODELS for field in tenant_references(model)]

# Tables that must be read before a tenant is known, or that hold no tenant's data. Ours by name; other people's by app.
GLOBAL = {
    "accounts.ApiToken",
    "accounts.EmailChange",
    "accounts.IdentityProvider",
    "accounts.Invitation",
    "accounts.Membership",
    "accounts.User",
    "agreements.SigningLink",
    "catalogue.Standard",
    "jobs.Job",
    "notices.Outbox",
    "seals.SealMark",
    "tenancy.Crossing",
    "tenancy.Implementation",
    "webhooks.Due",
}
GLOBAL_APPS = {
    "account", "auth", "contenttypes", "django_celery_beat", "guardian", "mfa", "pghistory", "sessions", "socialaccount",
    "usersessions",
}  # fmt: skip


def tables_without_policy(tables: list[str]) -> set[str]:
    """Which of these tables lack a forced policy that compares implementation_id for reads and writes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polcmd = '*'"
            " AND pg_get_expr(p.polqual, c.oid) LIKE '%%implementation_id = %%app.implementation%%'"
            " AND pg_get_expr(p.polwithcheck, c.oid) LIKE '%%implementation_id = %%app.implementation%%'"
            " AND (SELECT count(*) FROM pg_policy o WHERE o.polrelid = c.oid) = 1"
        )
        return set(tables) - {row[0] for row in cursor.fetchall()}


def references_without_key(references: list[tuple[type[models.Model], models.ForeignKey]]) -> set[str]:
    """Which references between tenant tables lack their composite foreign key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text || '.' || conname FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) = 2"
        )
        present = {row[0] for row in cursor.fetchall()}
    wanted = {f"{m._meta.db_table}.{constraint_name(m._meta.db_table, f'{f.column}_tenant_fk')}" for m, f in references}
    return wanted - present


def test_every_table_is_policed_or_global_by_name():
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label not in GLOBAL_APPS}
    assert ours - set(IDS) == GLOBAL & ours
    assert tables_without_policy([model._meta.db_table for model in MODELS]) == set()


def test_every_reference_between_tenants_tables_has_its_composite_key():
    assert references_without_key(REFERENCES) == set()
    plain = [
        f"{m._meta.label}.{f.name}" for m, f in REFERENCES if not isinstance(f, TenantForeignKey) and f.db_constraint
    ]
    assert plain == [], "use TenantForeignKey: Django's own constraint does not look at the tenant"


def test_a_planted_table_without_policy_is_found():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planted (id uuid, implementation_id uuid)")
        assert tables_without_policy(["planted"]) == {"planted"}
        cursor.execute("ALTER TABLE planted ENABLE ROW LEVEL SECURITY")
        cursor.execute("CREATE POLICY p ON planted USING (true) WITH CHECK (true)")
        assert tables_without_policy(["planted"]) == {"planted"}, "neither forced nor about the tenant"


def test_a_planted_reference_without_composite_key_is_found():
    class Planted(models.Model):
        implementation = TenantField()
        organization = TenantForeignKey("directory.Organization", on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "planted"
            managed = False

        def __str__(self):
            return "planted"

    try:
        assert references_without_key([(Planted, Planted._meta.get_field("organization"))]) == {
            "planted_planted.planted_planted_organization_id_tenant_fk"
        }
    finally:
        del apps.all_models["planted"]


def test_the_database_role_cannot_walk_around_policies():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return cursor.fetchone()[0]


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_no_row_is_seen_changed_or_written_from_outside_its_tenant(model, implementation, other_implementation):
    table, key = model._meta.db_table, model._meta.pk.column
    with use(implementation):
        mine = insert(table, implementation.pk)
        assert count(table) >= 1
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            insert(table, other_implementation.pk)
        others_view(table, key, mine, other_implementation)
        transaction.set_rollback(True)


def others_view(table, key, mine, other):
    """The same row with another tenant set, and with none."""
    with connection.cursor() as cursor:
        for tenant in (str(other.pk), ""):
            cursor.execute("SELECT set_config('app.implementation', %s, true)", [tenant])
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{key}" = %s', [mine])
            assert cursor.fetchone() == (0,)
            cursor.execute(f'UPDATE "{table}" SET implementation_id = implementation_id WHERE "{key}" = %s', [mine])
            assert cursor.rowcount == 0
            cursor.execute(f'DELETE FROM "{table}" WHERE "{key}" = %s', [mine])
            assert cursor.rowcount == 0
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        insert(table, other.pk)  # no tenant is set any more


@pytest.mark.parametrize(("model", "field"), REFERENCES, ids=[f"{m._meta.label}.{f.name}" for m, f in REFERENCES])
def test_a_forged_reference_to_another_tenants_row_is_refused(model, field, implementation, other_implementation):
    table, target = model._meta.db_table, field.related_model._meta.db_table
    name = constraint_name(table, f"{field.column}_tenant_fk")
    with transaction.atomic():
        set_tenant(implementation.pk)
        theirs = insert(target, implementation.pk)
        set_tenant(other_implementation.pk)
        others = exclusive_columns(model, field)
        insert(table, other_implementation.pk, **{**others, field.column: theirs})
        with pytest.raises(IntegrityError, match=name[:40]), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SET CONSTRAINTS "{name}" IMMEDIATE')
        transaction.set_rollback(True)


def exclusive_columns(model, field) -> dict[str, object]:
    """Columns that a check constraint wants empty when `field` is filled."""
    if model._meta.label == "access.RoleGrant" or (model._meta.label == "directory.Signatory" and field.name == "coc"):
        return {name: None for name in ("coc_id", "organization_id") if name != field.column}
    return {}


def set_tenant(pk: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.implementation', %s, true)", [str(pk)])


@pytest.mark.parametrize(
    "model", [m for m in MODELS if is_event_model(m)], ids=[m._meta.label for m in MODELS if is_event_model(m)]
)
def test_history_cannot_be_rewritten(model, implementation):
    table = model._meta.db_table
    with use(implementation):
        insert(table, implementation.pk)
        for statement in (f'UPDATE "{table}" SET pgh_label = pgh_label', f'DELETE FROM "{table}"'):
            with (
                pytest.raises(DatabaseError, match=r"Cannot (update|delete)"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        transaction.set_rollback(True)


NOT_TRACKED = {
    # Records of events themselves, or no fact about anybody.
    "access.CoCUserPermission", "access.ImplementationUserPermission", "access.OrganizationUserPermission",
    "agreements.TrailEntry", "audit.FileAccess",
    "compliance.Change", "compliance.Gate", "compliance.Run", "compliance.Status", "compliance.Tally",
    "directory.ImportChange", "directory.ImportProblem", "directory.SourceRecord", "tenancy.Counter",
    "notices.BulkSend", "notices.Message", "notices.Notice", "notices.Preference", "notices.Reminder",
    "reporting.ReportFacts", "seals.SealedFile",
    "web.IdempotencyKey", "webhooks.Attempt", "webhooks.Delivery",
}  # fmt: skip


def test_every_tenant_table_keeps_its_history_or_says_why_not():
    tracked = {model._meta.get_field("pgh_obj").related_model._meta.label for model in MODELS if is_event_model(model)}
    untracked = {model._meta.label for model in MODELS if not is_event_model(model)} - tracked
    assert untracked <= NOT_TRACKED, untracked - NOT_TRACKED
