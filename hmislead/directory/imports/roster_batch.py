"""A roster batch: from its stored file and its mapping to a plan, and from the plan to a preview or to the directory."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Max

from hmislead.directory.hmis_csv.problems import Grade
from hmislead.directory.imports import checking, preview, roster_apply, roster_known
from hmislead.directory.imports.roster_known import Known
from hmislead.directory.imports.roster_plan import Choices, plan_roster
from hmislead.directory.imports.roster_steps import RosterPlan
from hmislead.directory.imports.uploads import open_table
from hmislead.directory.models import ImportBatch
from hmislead.directory.tabular.mapping import RosterMapping
from hmislead.directory.tabular.roster import Roster, read_roster
from hmislead.jobs import progress
from hmislead.tenancy import context, settings

READING, APPLYING = 3, 5  # steps that are told (`progress.step`)
SHOWN_NAMES = 500
#: A list that lacks more than this share of the known accounts is likelier a part of all than the news of so many gone.
ALARMING_SHARE = 1 / 4


def read(batch: ImportBatch) -> None:
    """Read the file, compare, and write the preview. Raises RefusedFile."""
    plan, roster, _ = _plan(batch)
    _show(batch, plan, roster)


def apply(batch: ImportBatch) -> bool:
    """Write what was previewed. False, with a new preview, when the directory has changed since.

    Raises DirectoryChanged when it changes in this very moment.
    """
    plan, roster, known = _plan(batch)
    if preview.fingerprint(plan.steps()) != batch.summary.get("fingerprint"):
        _show(batch, plan, roster)
        return False
    roster_apply.write(plan, known, batch)
    return True


def finish(batch: ImportBatch) -> None:
    """Once the batch counts as applied: a fresh roster changes what is known of everybody's use."""
    progress.step("Checking everybody")
    checking.check_all()


def last_roster_on() -> dt.date | None:
    """The day of the newest roster that was applied."""
    applied = ImportBatch.objects.filter(kind=ImportBatch.Kind.ROSTER, state=ImportBatch.State.APPLIED)
    found: dt.date | None = applied.aggregate(last=Max("facts_on"))["last"]
    return found


def _plan(batch: ImportBatch) -> tuple[RosterPlan, Roster, Known]:
    progress.step("Reading the list")
    mapping = RosterMapping.from_json(batch.options["mapping"])
    roster = read_roster(open_table(batch.file), mapping)
    progress.step("Comparing accounts")
    chosen: dict[str, str] = batch.options.get("organizations", {})
    known = roster_known.load(chosen, last_roster_on())
    choices = Choices(
        day=batch.facts_on or settings.today(),
        complete=bool(batch.options.get("complete")),
        create=bool(batch.options.get("create")) and context.current().state == "setup",
        has_sign_ins=bool(mapping.last_sign_in),
        chosen=tuple(sorted(chosen.items())),
    )
    return plan_roster(roster, known, choices), roster, known


def _show(batch: ImportBatch, plan: RosterPlan, roster: Roster) -> None:
    progress.step("Writing the preview")
    steps = plan.steps()
    problems = [*roster.problems, *plan.problems]
    preview.replace_preview(batch, steps, problems)
    batch.summary = {
        "accounts": len(roster.rows),
        "excluded": roster.excluded,
        "merged_rows": roster.merged,
        "observed": len(plan.observations),
        "known": plan.counts["known"],
        "missing": plan.counts["missing"],
        "warning": _warning(plan),
        "older": plan.counts["older"],
        "outside": plan.counts["outside"],
        "shut": plan.counts["shut"],
        "differences": _by_kind(plan),
        "closed": len(plan.closings),
        "created": len(plan.created),
        "unknown": len(plan.strangers),
        "unmatched": dict(plan.unmatched.most_common(SHOWN_NAMES)),
        "changes": sum(step.action != "propose" for step in steps),
        "proposals": len(plan.strangers),
        "problems": {grade.value: sum(each.grade == grade for each in problems) for grade in Grade},
        "fingerprint": preview.fingerprint(steps),
    }


def _warning(plan: RosterPlan) -> str:
    """A sentence when so many known accounts would become missing that the list is perhaps not everybody; else empty."""
    missing, known = plan.counts["missing"], plan.counts["known"]
    if missing <= known * ALARMING_SHARE:
        return ""
    return (
        f"{missing:,} of {known:,} known accounts are not in this list. Applying it records them as missing and opens "
        "a task for each license in use. If the list holds only a part of your accounts, change that before you apply."
    )


def _by_kind(plan: RosterPlan) -> dict[str, Any]:
    return dict(Counter(str(each.kind) for each in plan.differences))
