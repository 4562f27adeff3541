"""What each person must acknowledge on a day, which version it is, and until when their acknowledgement counts.

One SELECT written by hand: each step stands on the one before, and Django would repeat the steps inside each other for
every column, which PostgreSQL takes longer to plan than to answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection

from hmislead.tenancy import settings
from policies.models import PolicySetting

MONTHS = 12  # POL-52..54: at first access and once a year

# One row for each rule and person it holds for. `only` narrows it to these people (NULL: everybody).
#   held        an agency where the person has a license, or which they lead, since when
#   places      the CoCs of those agencies
#   in_force    the versions in effect there; `chosen` is the one they go by (setting documents.several_cocs)
#   expires     the last day on which all is well; NULL: never ends if accepted_on, else it is owed at once
# Days of grace are for who had access before it was asked, and once: not again with each version never acknowledged.
DUTIES = """
WITH held AS (
    SELECT person_id, organization_id, 'end_users' AS audience, requested_on AS since FROM directory_license
    WHERE requested_on <= %(day)s AND (terminated_on IS NULL OR terminated_on > %(day)s)
      AND (%(only)s::uuid[] IS NULL OR person_id = ANY(%(only)s::uuid[]))
    UNION ALL
    SELECT person_id, organization_id, 'cho_leads', starts_on FROM directory_contact
    WHERE function = 'agency_lead' AND (starts_on IS NULL OR starts_on <= %(day)s)
      AND (ends_on IS NULL OR ends_on >= %(day)s)
      AND (%(only)s::uuid[] IS NULL OR person_id = ANY(%(only)s::uuid[]))
), places AS (
    SELECT DISTINCT held.person_id, part.coc_id FROM held
    JOIN directory_participation part ON part.organization_id = held.organization_id
    WHERE (part.starts_on IS NULL OR part.starts_on <= %(day)s) AND (part.ends_on IS NULL OR part.ends_on >= %(day)s)
), effects AS (
    SELECT version.document_id, version.id AS version_id, version.number, version.created_at, effect.coc_id,
           effect.effective_from, effect.effective_until
    FROM documents_versioneffect effect JOIN documents_documentversion version ON version.id = effect.version_id
    WHERE effect.state IN ('effective', 'superseded') AND effect.effective_from <= %(day)s
      AND version.document_id IN (SELECT document_id FROM policies_policysetting)
), in_force AS (
    SELECT places.person_id, effects.document_id, effects.version_id, effects.number, effects.created_at,
           count(*) AS cocs, max(effects.effective_from) AS since
    FROM places JOIN effects ON effects.coc_id = places.coc_id
    WHERE effects.effective_until IS NULL OR effects.effective_until >= %(day)s
    GROUP BY 1, 2, 3, 4, 5
), chosen AS (
    SELECT DISTINCT ON (person_id, document_id) person_id, document_id, version_id, since FROM in_force
    WHERE NOT %(everywhere)s OR cocs = (SELECT count(*) FROM places WHERE places.person_id = in_force.person_id)
    ORDER BY person_id, document_id, since DESC, number DESC, created_at DESC
), first_time AS (
    SELECT places.person_id, effects.document_id, min(effects.effective_from) AS since
    FROM places JOIN effects ON effects.coc_id = places.coc_id GROUP BY 1, 2
), read AS (
    SELECT mine.person_id, version.document_id, mine.version_id, max(mine.read_on) AS on_day
    FROM policies_acknowledgement mine JOIN documents_documentversion version ON version.id = mine.version_id
    WHERE mine.read_on <= %(day)s AND (%(only)s::uuid[] IS NULL OR mine.person_id = ANY(%(only)s::uuid[]))
    GROUP BY 1, 2, 3
), read_any AS (
    SELECT person_id, document_id, max(on_day) AS on_day FROM read GROUP BY 1, 2
), asked AS (
    SELECT rule.id AS rule_id, held.person_id, min(held.since) AS since FROM policies_policysetting rule
    JOIN held ON held.audience = ANY(rule.audience) WHERE rule.starts_on <= %(day)s GROUP BY 1, 2
), known AS (
    SELECT asked.person_id, rule.id AS rule_id, rule.blocks, rule.yearly, rule.first_access, chosen.version_id, chosen.since,
           asked.since AS here_since, read.on_day AS accepted_on, read_any.on_day AS accepted_before,
           GREATEST(rule.starts_on, chosen.since) AS asked_since,
           GREATEST(rule.starts_on, first_time.since) AS first_asked
    FROM asked JOIN policies_policysetting rule ON rule.id = asked.rule_id
    JOIN chosen ON chosen.person_id = asked.person_id AND chosen.document_id = rule.document_id
    JOIN first_time ON first_time.person_id = asked.person_id AND first_time.document_id = rule.document_id
    LEFT JOIN read ON read.person_id = asked.person_id AND read.version_id = chosen.version_id
    LEFT JOIN read_any ON read_any.person_id = asked.person_id AND read_any.document_id = rule.document_id
)
SELECT person_id, rule_id, blocks, version_id, since, accepted_on, CASE
    WHEN accepted_on IS NOT NULL AND yearly THEN (accepted_on + make_interval(months => %(months)s))::date
    WHEN accepted_on IS NOT NULL THEN NULL
    WHEN accepted_before IS NOT NULL AND yearly
     AND (accepted_before + make_interval(months => %(months)s))::date < asked_since
        THEN (accepted_before + make_interval(months => %(months)s))::date
    WHEN accepted_before IS NOT NULL THEN asked_since + %(grace)s
    WHEN NOT first_access OR here_since IS NULL OR here_since < first_asked
        THEN GREATEST(first_asked, here_since) + %(grace)s
    END AS expires
FROM known
"""

# Per person: the worst of their duties. `blocking` tells the rules without which there is no access from the others.
WORST = f"""SELECT person_id AS id, CASE
        WHEN lacks THEN 'not_met' WHEN earliest IS NULL THEN 'met' WHEN earliest < %(day)s THEN 'overdue'
        WHEN earliest <= %(soon)s THEN 'due_soon' ELSE 'met' END AS result,
    CASE WHEN NOT lacks THEN earliest END AS due_on, CASE WHEN NOT lacks THEN earliest + 1 END AS lapses_on, '' AS note
FROM (
    SELECT person_id, min(expires) AS earliest, bool_or(accepted_on IS NULL AND expires IS NULL) AS lacks
    FROM ({DUTIES}) duty WHERE blocks = %(blocking)s GROUP BY person_id
) worst
"""  # noqa: S608  both texts are constants of this module


def values(setting: Callable[[str], Any], on: dt.date) -> dict[str, Any]:
    """The named parameters of `DUTIES` but `only`. `setting` gives the value of a setting on the day `on`."""
    return {
        "day": on,
        "grace": setting("policies.grace_days"),
        "everywhere": setting("documents.several_cocs") == "all",
        "months": MONTHS,
    }


def of_person(person_id: UUID) -> list[Any]:
    """The rules that hold for a person today, by title, each with what is known of it.

    Attributes added: `current` (id of the version in effect for them), `since` (its first day there), `accepted_on` (the
    day they acknowledged it, or None) and `expires` (see `DUTIES`).
    """
    with connection.cursor() as cursor:
        cursor.execute(DUTIES, values(settings.value, settings.today()) | {"only": [person_id]})
        found = {row[1]: row[3:] for row in cursor.fetchall()}
    rules: list[Any] = list(
        PolicySetting.objects.filter(pk__in=found).select_related("document", "quiz").order_by("document__title")
    )
    for rule in rules:
        rule.current, rule.since, rule.accepted_on, rule.expires = found[rule.pk]
    return rules
