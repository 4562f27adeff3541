"""A simulated country: implementations of many sizes, filled by set-based SQL, to measure the product at its full size.

The history triggers are left out here and nowhere else: simulated facts have no history worth keeping.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pgtrigger
from django.db import connection, transaction

from hmislead.compliance import engine
from hmislead.demo.names import FIRST, LAST
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation

STATEMENTS = Path(__file__).with_name("simulate.sql")
PREFIX = "sim-"
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
AGENCIES_PER_COC = 60

# A second license needs an agency other than the first: in a small implementation everybody has one license.
AGENCIES_FOR_SECOND_LICENSES = 20

KEY = """
CREATE OR REPLACE FUNCTION pg_temp.key(number int, kind text, n int) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT (lpad(to_hex(number), 8, '0') || substr(md5(kind), 1, 4) || '70008000' || lpad(to_hex(n), 12, '0'))::uuid
$$
"""
SIZES = """
CREATE TEMPORARY TABLE simulation ON COMMIT DROP AS
SELECT %s::uuid AS implementation, %s::int AS number, %s::int AS organizations, %s::int AS licenses,
    %s::int AS people, %s::int AS cocs, %s::date AS today, %s::text[] AS first, %s::text[] AS last
"""


@dataclass(frozen=True)
class Size:
    """What one implementation holds: numbers of agencies (CHOs) and of licenses."""

    number: int
    organizations: int
    licenses: int

    @property
    def people(self) -> int:
        """One license in twenty is somebody's second."""
        second = self.licenses // 20 if self.organizations >= AGENCIES_FOR_SECOND_LICENSES else 0
        return self.licenses - second

    @property
    def cocs(self) -> int:
        return 1 + self.organizations // AGENCIES_PER_COC


def simulate(
    *, implementations: int, organizations: int, licenses: int, really: bool = False
) -> Iterator[Implementation]:
    """Make so many implementations, `sim-001` the largest, that share so many agencies and licenses among them.

    Yields each one when it is there: each is made in a transaction of its own. Raises DomainError when simulated ones
    are there already or, unless `really`, when a live implementation is there that is none.
    """
    _refuse(really)
    for size in sizes(implementations, organizations, licenses):
        yield _make(size)
    with connection.cursor() as cursor:
        # The planner must know the new rows at once, not when autovacuum comes by.
        cursor.execute("ANALYZE")


def sizes(implementations: int, organizations: int, licenses: int) -> list[Size]:
    """Shares that fall off slowly, as real implementations do: of 400, the largest holds 2.7 and the smallest 0.06 percent."""
    if not 1 <= implementations <= organizations <= licenses:
        raise DomainError("Each implementation needs an agency, and each agency a license: ask for more of them.")
    agencies, users = _shares(organizations, implementations), _shares(licenses, implementations)
    return [Size(number, agencies[number - 1], users[number - 1]) for number in range(1, implementations + 1)]


def _shares(total: int, parts: int) -> list[int]:
    """`total` in so many whole parts, each at least 1, the n-th in proportion to 1 / (n + 9)."""
    weights = [1 / (n + 10) for n in range(parts)]
    spare = total - parts
    edges = [round(spare * sum(weights[:n]) / sum(weights)) for n in range(parts + 1)]
    return [1 + edges[n + 1] - edges[n] for n in range(parts)]


def _refuse(really: bool) -> None:
    if Implementation.objects.filter(slug__startswith=PREFIX).exists():
        raise DomainError("Simulated implementations are there already. Start from an empty database.")
    if not really and Implementation.objects.filter(state__in=["live", "transition"]).exists():
        raise DomainError("This installation is in use. Simulate in another one, or say --yes-really.")


@transaction.atomic
def _make(size: Size) -> Implementation:
    slug = f"{PREFIX}{size.number:03}"
    implementation = Implementation.objects.create(
        slug=slug,
        name=f"Simulated HMIS {size.number:03}",
        state=Implementation.State.LIVE,
        timezone=ZONES[size.number % len(ZONES)],
        is_demo=True,
    )
    statements = STATEMENTS.read_text(encoding="utf-8")
    with use(implementation), connection.cursor() as cursor:
        cursor.execute(KEY)
        values: list[Any] = [implementation.pk, size.number, size.organizations, size.licenses, size.people, size.cocs]
        cursor.execute(SIZES, [*values, settings.today(), FIRST, LAST])
        engine.defer_nothing()
        with pgtrigger.ignore(*_histories()):
            cursor.execute(statements)
        cursor.execute("DROP TABLE pg_temp.simulation")
    return implementation


def _histories() -> list[str]:
    """The triggers that write the history of new rows, as pgtrigger names them."""
    return [
        f"{model._meta.label}:{trigger.name}"
        for model, trigger in pgtrigger.registered()
        if trigger.name == "insert_insert"
    ]
