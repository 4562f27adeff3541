"""The day's counts by requirement, agency or CoC, and state: what trends and the grid are drawn from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from hmislead.tenancy import context

# A person counts once at each agency where they hold a living license; a CoC's own requirements count under the CoC.
STATEMENT = """
INSERT INTO compliance_tally (id, implementation_id, created_at, updated_at, as_of, requirement, organization_id, coc_id,
    state, count)
SELECT gen_random_uuid(), %(implementation)s, now(), now(), %(as_of)s, requirement, organization_id, coc_id, state, count(*)
FROM (
    SELECT s.requirement, s.state, s.subject_id, COALESCE(s.organization_id, l.organization_id) AS organization_id, s.coc_id
    FROM compliance_status s
    LEFT JOIN (
        SELECT DISTINCT person_id, organization_id FROM directory_license
        WHERE implementation_id = %(implementation)s AND state <> 'terminated'
    ) l ON s.subject_kind = 'person' AND l.person_id = s.person_id
    WHERE s.implementation_id = %(implementation)s
) counted
GROUP BY requirement, organization_id, coc_id, state
ON CONFLICT (implementation_id, as_of, requirement, organization_id, coc_id, state)
    DO UPDATE SET count = EXCLUDED.count, updated_at = now() WHERE compliance_tally.count <> EXCLUDED.count
"""


def record(as_of: dt.date) -> None:
    """Write the tallies of a day from the statuses as they stand; doing it twice for a day leaves one set."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"implementation": context.current().pk, "as_of": as_of}
        cursor.execute(
            "DELETE FROM compliance_tally WHERE implementation_id = %(implementation)s AND as_of = %(as_of)s", values
        )
        cursor.execute(STATEMENT, values)
