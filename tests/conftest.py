"""What every room's tests start from: two implementations, one tenant entered, and one person per role."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pytest
from django.db import transaction

from hmislead.access import operations as access_operations
from hmislead.access import roles, scopes
from hmislead.access.models import RoleGrant
from hmislead.accounts.models import Membership, User
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from tests import factories, pages_world


@pytest.fixture
def implementation(db):
    """A live implementation with no rows of its own. Enter it with `use` or the `tenant` fixture."""
    return factories.ImplementationFactory(slug="north", state="live")


@pytest.fixture(scope="module")
def laid_world(django_db_setup, django_db_blocker):
    """One thing of each kind and a user of each role (tests/pages_world.py), made once for a module. What a test changes
    about it is taken back as ever. The module belongs into TOGETHER (conftest.py)."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield pages_world.lay(factories.ImplementationFactory(slug="north", state="live"))
        transaction.set_rollback(True)


@pytest.fixture
def other_implementation(db):
    """Somebody else's implementation: what must never show."""
    return factories.ImplementationFactory(slug="south", state="live")


@pytest.fixture
def tenant(implementation):
    """`implementation`, entered for the whole test."""
    with use(implementation):
        yield implementation


@pytest.fixture
def coc(tenant):
    return make_coc()


def make_coc():
    return factories.CoCFactory(number="OH-504")


@pytest.fixture
def agency(tenant, coc):
    """A CHO that takes part in `coc`."""
    organization = make_agency()
    factories.ParticipationFactory(organization=organization, coc=coc)
    return organization


def make_agency():
    organization = factories.OrganizationFactory(name="Harbor House")
    factories.OrganizationRoleFactory(organization=organization, role="cho")
    return organization


@pytest.fixture
def neighbour(tenant):
    """Another CHO, outside `coc`."""
    return make_neighbour()


def make_neighbour():
    organization = factories.OrganizationFactory(name="Neighbor Services")
    factories.OrganizationRoleFactory(organization=organization, role="cho")
    return organization


class People(Mapping):
    """Users by the name of their role, each made when they are first asked for: most tests need one or two.

    Every test begins with some, so their rows are written at once: those that `grant_role` would write, one statement for
    each table (tests/test_people.py holds the two against each other).
    """

    def __init__(self, tenant, places):
        self._tenant, self._places, self._made = tenant, places, {}

    def __getitem__(self, name):
        if name not in self._made:
            self._make([name])
        return self._made[name]

    def __iter__(self):
        return iter(self._places)

    def __len__(self):
        return len(self._places)

    def all(self):
        """Everybody, for tests of what reaches those whom they do not name."""
        self._make([name for name in self._places if name not in self._made])
        return dict(self)

    def _make(self, names):
        users = {name: User(email=f"{name}@example.org", name=name) for name in names}
        inside = {name: user for name, user in users.items() if name != "outsider"}
        with use(self._tenant), transaction.atomic():
            User.objects.bulk_create(users.values())
            Membership.objects.bulk_create(
                Membership(user=user, implementation=self._tenant) for user in inside.values()
            )
            self._grant({name: user for name, user in inside.items() if self._places[name][0]})
            if "end_user" in inside:
                user, (_, at) = inside["end_user"], self._places["end_user"]
                factories.LicenseFactory(person=factories.PersonFactory(user=user, email=user.email), **at)
        self._made |= users

    def _grant(self, users):
        grants = [
            RoleGrant(user=user, role=self._places[name][0], starts_on=settings.today(), **self._places[name][1])
            for name, user in users.items()
        ]
        RoleGrant.objects.bulk_create(grants)
        for kind, table in scopes.GUARDIAN_TABLES.items():
            table.objects.bulk_create(
                table(user=grant.user, permission_id=pk, content_object_id=grant.scope_id)
                for grant in grants
                if grant.scope_kind == kind
                for pk in permissions_of(grant.role, kind)
            )


@functools.cache
def permissions_of(role, kind):
    """Keys of the permissions of a role. They stay what `migrate` made them, whatever a test does."""
    return [row.pk for row in access_operations.permission_rows(kind, roles.ROLES[role].bundle())]


@pytest.fixture
def people(tenant, agency, neighbour, coc):
    """Users by role: `administrator`, `staff`, `coc_staff`, `cho_lead` (of `agency`), `security_officer` (of `agency`),
    `neighbour_lead`, `end_user` (a license at `agency`), `body_member` (of `coc`), `trainer`, `help_desk`, `monitor`,
    `analyst`, `auditor`, and `outsider` (no member)."""
    return People(tenant, places(agency, neighbour, coc))


def places(agency, neighbour, coc):
    """For each name its role and where it holds it."""
    return {
        "administrator": ("lead_administrator", {}),
        "staff": ("lead_staff", {}),
        "coc_staff": ("coc_staff", {"coc": coc}),
        "cho_lead": ("cho_lead", {"organization": agency}),
        "security_officer": ("cho_security_officer", {"organization": agency}),
        "neighbour_lead": ("cho_lead", {"organization": neighbour}),
        "trainer": ("trainer", {}),
        "help_desk": ("help_desk_agent", {}),
        "monitor": ("monitor", {}),
        "analyst": ("analyst", {}),
        "body_member": ("body_member", {"coc": coc}),
        "auditor": ("auditor", {"ends_on": factories.NEXT_YEAR}),
        "end_user": ("", {"organization": agency}),
        "outsider": ("", {}),
    }


@pytest.fixture
def everybody(people):
    """All of `people`, for tests of what reaches those whom they do not name."""
    return people.all()
