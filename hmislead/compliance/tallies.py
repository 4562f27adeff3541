"""The day's counts by requirement, agency or CoC, and state: what trends and the grid are drawn from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from hmislead.tenancy import context

# A person counts once at each agency where they hold a living license; a CoC's own requirements count under the CoC.
# Counts that stay as they are are only read: a second evaluation of a day writes nothing.
STATEMENT = """
WITH counted AS MATERIALIZED (
    SELECT requirement, organization_id, coc_id, state, count(*) AS count
    FROM (
        SELECT s.requirement, s.state, COALESCE(s.organization_id, l.organization_id) AS organization_id, s.coc_id
        FROM compliance_status s
        LEFT JOIN (
            SELECT DISTINCT person_id, organization_id FROM directory_license
            WHERE implementation_id = %(implementation)s AND state <> 'terminated'
        ) l ON s.subject_kind = 'person' AND l.person_id = s.person_id
        WHERE s.implementation_id = %(implementation)s
    ) each
    GROUP BY requirement, organization_id, coc_id, state
), before AS MATERIALIZED (
    SELECT * FROM compliance_tally WHERE implementation_id = %(implementation)s AND as_of = %(as_of)s
), differing AS MATERIALIZED (
    SELECT c.*, b.id AS before_id
    FROM counted c
    FULL JOIN before b ON b.requirement = c.requirement AND b.state = c.state
        AND COALESCE(b.organization_id, %(implementation)s) = COALESCE(c.organization_id, %(implementation)s)
        AND COALESCE(b.coc_id, %(implementation)s) = COALESCE(c.coc_id, %(implementation)s)
    WHERE b.count IS DISTINCT FROM c.count
), gone AS (
    DELETE FROM compliance_tally WHERE id = ANY(ARRAY(SELECT before_id FROM differing WHERE requirement IS NULL))
)
INSERT INTO compliance_tally (id, implementation_id, created_at, updated_at, as_of, requirement, organization_id, coc_id,
    state, count)
SELECT gen_random_uuid(), %(implementation)s, now(), now(), %(as_of)s, requirement, organization_id, coc_id, state, count
FROM differing WHERE requirement IS NOT NULL
ON CONFLICT (implementation_id, as_of, requirement, organization_id, coc_id, state)
    DO UPDATE SET count = EXCLUDED.count, updated_at = now()
"""


def record(as_of: dt.date) -> None:
    """Write the tallies of a day from the statuses as they stand; doing it twice for a day leaves one set."""
    values: dict[str, Any] = {"implementation": context.current().pk, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)
