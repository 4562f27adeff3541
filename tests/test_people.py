"""The people that tests begin with are what the operations would have made."""

from __future__ import annotations

import pytest

from hmislead.access import operations as access
from hmislead.access import scopes
from hmislead.access.models import RoleGrant
from hmislead.access.scopes import ROBOT
from hmislead.audit.timeline import event_model
from tests import factories

pytestmark = pytest.mark.django_db


def rows_of(user):
    """Guardian's rows of a user: what, where."""
    return {
        (kind, code, scope)
        for kind, table in scopes.GUARDIAN_TABLES.items()
        for code, scope in table.objects.filter(user=user).values_list("permission__codename", "content_object_id")
    }


def test_they_hold_what_grant_role_gives(people, tenant):
    for name in people.all():
        for grant in RoleGrant.objects.filter(user=people[name]):
            twin = factories.member(tenant, f"twin-{name}")
            where = {"coc": grant.coc, "organization": grant.organization, "ends_on": grant.ends_on}
            granted = access.grant_role(user=twin, role=grant.role, by=ROBOT, **where)
            assert granted.starts_on == grant.starts_on
            assert rows_of(twin) == rows_of(people[name]) != set()
            told = [event_model(RoleGrant).objects.filter(pgh_obj_id=each.pk).count() for each in (grant, granted)]
            assert told == [1, 1]


def test_whoever_has_no_role_may_do_nothing(people):
    assert rows_of(people["outsider"]) == rows_of(people["end_user"]) == set()
