"""A new version brings a permission: who holds a role that includes it has it at once, and nobody else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from hmislead.access import operations, scopes
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import User
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Crossing
from tests import factories

pytestmark = pytest.mark.django_db
CODE = "report_departures"
CROSSED = {"why": "new permissions for the roles that include them"}


@pytest.fixture
def before(implementation, other_implementation):
    """Two implementations as a version left them that did not know CODE: users by role, and their agency."""
    made = {}
    for here in (implementation, other_implementation):
        with use(here):
            agency = factories.OrganizationFactory()
            at = {
                "lead_staff": {},
                "cho_security_officer": {"organization": agency},
                "trainer": {},
                "auditor": {"ends_on": factories.NEXT_YEAR},
            }
            users = {role: factories.member(here, f"{role}-{here.slug}") for role in (*at, "revoked")}
            for role, scope in at.items():
                operations.grant_role(user=users[role], role=role, by=ROBOT, **scope)
            ended = operations.grant_role(user=users["revoked"], role="lead_staff", by=ROBOT)
            operations.revoke_role(grant_id=ended.pk, by=ROBOT)
            for table in scopes.GUARDIAN_TABLES.values():
                table.objects.filter(permission__codename=CODE).delete()
        made[here] = (users, agency)
    Permission.objects.filter(codename=CODE).delete()
    return made


def held(user):
    return scopes.of(User.objects.get(pk=user.pk)).scopes(CODE)


def test_before_the_rows_are_made_nobody_holds_it(before):
    for here, (users, _) in before.items():
        with use(here):
            assert not any(held(user) for user in users.values())


def test_a_new_permission_is_given_to_holders_in_each_implementation_and_to_nobody_else(before):
    operations.create_permission_rows()
    for here, (users, agency) in before.items():
        with use(here):
            assert {role for role, user in users.items() if held(user)} == {"lead_staff", "cho_security_officer"}
            assert held(users["lead_staff"]).everything
            assert held(users["cho_security_officer"]) == scopes.Scopes(organizations=frozenset({agency.pk}))
        assert Crossing.objects.filter(implementation=here, **CROSSED).count() == 1


def test_where_nothing_is_new_no_implementation_is_entered(before):
    operations.create_permission_rows()
    operations.create_permission_rows()
    assert Crossing.objects.filter(**CROSSED).count() == len(before)


def test_how_many_scopes_were_brought_up_to_date(before):
    here = next(iter(before))
    operations.create_permission_rows()
    with use(here):
        assert operations.give_to_holders({CODE}) == 2
        assert operations.give_to_holders({"manage_roles"}) == 0
