"""What the documents in effect hold and lack, and how they were approved and reviewed (GOV, POL-10..17)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from hmislead.catalogue.models import Standard
from hmislead.compliance.expressions import AddMonths
from hmislead.directory.models import CoC
from hmislead.documents import completeness, types
from hmislead.documents.clause_map import clauses_of, excluded
from hmislead.documents.models import Document, DocumentVersion, ReviewCycle, VersionEffect
from hmislead.tenancy import settings
from reporting.facts import shared, told
from reporting.facts.results import Day

Facts = dict[str, Any]
CLAUSES_PAST = (
    "This day is over: the documents are those in effect then; which clauses are asked of them, and who confirmed them, is "
    "told as of today."
)
CLAUSE_WORDS = (
    ("present", "A clause of the document says it."),
    ("covered", "Another document in effect, which this one cites, says it."),
    ("review", "A clause says it; a reviewer has still to confirm that it is enough."),
    ("missing", "Nothing says it."),
    ("not_applicable", "It is asked only where something holds that does not hold here, by your settings."),
)


def collect_clauses(coc: CoC | None, day: Day, *, by: Any) -> Facts:
    """Per document in effect: which clauses of its type are there and where, and which are missing."""
    judged = _judged(coc, day.on, by)
    whole = [version for version, _, panel in judged if panel.is_complete]
    return told.facts(
        coc=coc,
        day=day,
        answer=_share(len(whole), len(judged), "in effect holds all it must hold", "in effect hold all they must hold"),
        bars=[
            (str(version), {"met": len(panel.owed) - len(panel.missing), "not_met": len(panel.missing)})
            for version, _, panel in judged
        ],
        tables=[_summary(judged), _missing(judged), *(_rows_of(version, panel) for version, _, panel in judged)],
        method=(
            "The shipped map says which clauses a document of each type must hold: always, or where a setting says that "
            "something holds here. A clause without text, or with a field that does not exist, counts as missing. Where the "
            "Standards ask for a judgment, a named reviewer has confirmed the clause. Optional clauses that are not used "
            "are left out.",
        ),
        past=CLAUSES_PAST,
        words=CLAUSE_WORDS,
        standards=("GOV-37", "GOV-38", "GOV-39"),
    )


def _judged(coc: CoC | None, on: dt.date, by: Any) -> list[tuple[DocumentVersion, str, completeness.Panel]]:
    """Versions in effect on the day with the numbers of their CoCs and their panel, by title."""
    cocs: dict[Any, list[str]] = defaultdict(list)
    for effect in _effects(coc, on, by).select_related("coc").order_by("coc__number"):
        cocs[effect.version_id].append(effect.coc.number)
    versions = (
        DocumentVersion.objects.filter(pk__in=cocs).select_related("document").order_by("document__title", "number")
    )
    return [(version, ", ".join(cocs[version.pk]), completeness.panel(version)) for version in versions]


def _effects(coc: CoC | None, on: dt.date, by: Any) -> Any:
    seen = DocumentVersion.objects.visible_to(by).values("pk")
    found = VersionEffect.objects.visible_to(by).in_effect(on).filter(version__in=seen)
    return found.filter(coc=coc) if coc else found


def _share(good: int, number: int, one: str, many: str) -> str:
    if not number:
        return "No document is in effect."
    return f"{good} of {shared.count(number, ('document', 'documents'))} {one if number == 1 else many}."


def _summary(judged: Iterable[tuple[DocumentVersion, str, completeness.Panel]]) -> Facts:
    number = told.NUMBER
    return told.table(
        "Documents in effect",
        [
            "Document", "CoCs", told.column("State", told.STATE), told.column("Clauses owed", number),
            told.column("There", number), told.column("Percent", number),
        ],
        [
            [
                str(version), cocs, "met" if panel.is_complete else "not_met", len(panel.owed),
                len(panel.owed) - len(panel.missing), panel.percent,
            ]
            for version, cocs, panel in judged
        ],
        empty="No document is in effect on this day.",
    )  # fmt: skip


def _missing(judged: Iterable[tuple[DocumentVersion, str, completeness.Panel]]) -> Facts:
    return told.table(
        "What is missing",
        ["Document", "Standard", "What it asks for", told.column("State", told.STATE), "What is wrong"],
        [
            [str(version), row.standard, row.label, row.state, row.problem]
            for version, _, panel in judged
            for row in panel.missing
        ],
        empty="Nothing: every clause that is owed is there.",
    )


def _rows_of(version: DocumentVersion, panel: completeness.Panel) -> Facts:
    return told.table(
        str(version),
        [
            "Standard",
            told.column("What it asks for", width="third"),
            told.column("State", told.STATE),
            told.column("Where", width="quarter"),
            "Confirmed by",
        ],
        [
            [row.standard, row.label, row.state, row.where, row.reviewer]
            for row in panel.rows
            if row.state != completeness.NOT_CHOSEN
        ],
        empty="A document of this type owes no clause.",
    )


def collect_cross_reference(coc: CoC | None, day: Day, *, by: Any) -> Facts:
    """Each document clause of the Standards, with the documents in effect that hold it (201 rows of the catalogue)."""
    places: dict[str, list[str]] = defaultdict(list)
    owed: set[str] = set()
    for version, cocs, panel in _judged(coc, day.on, by):
        owed |= {row.standard for row in panel.rows if row.state != completeness.NOT_APPLICABLE}
        for row in panel.rows:
            if row.is_there:
                places[row.standard].append(f"{version} ({cocs}): {row.where}")
    rows = [_reference(standard, places.get(standard.pk, []), owed) for standard in _clause_standards()]
    by_section: dict[str, Counter[str]] = defaultdict(Counter)
    for standard, state, _, _ in rows:
        by_section[standard.section][state] += 1
    asked = [row for row in rows if row[1] != "not_applicable"]
    found = sum(1 for row in asked if row[1] == "met")
    return told.facts(
        coc=coc,
        day=day,
        answer=f"{found} of {len(asked)} statements that ask for a clause are found in the documents in effect.",
        bars=[(section, dict(counts)) for section, counts in by_section.items()],
        tables=[
            told.table(
                section,
                [
                    "Standard",
                    told.column("What it asks for", width="third"),
                    told.column("State", told.STATE),
                    "Documents it belongs in",
                    told.column("Where", width="quarter"),
                ],
                [[row[0].pk, row[0].label, *row[1:]] for row in rows if row[0].section == section],
                empty="",
            )
            for section in by_section
        ],
        method=(
            "Every statement of the HMIS Lead Standards that asks for a clause in a document is listed. The shipped map says "
            "in which types of document it belongs. A statement is found when a document in effect holds it, or cites "
            "another one in effect that does.",
        ),
        past=CLAUSES_PAST,
        words=(
            ("met", "A document in effect holds it."),
            ("not_met", "None does."),
            (
                "not_applicable",
                "It belongs in no type of document kept here, or is not asked here; the reason is given.",
            ),
        ),
        standards=(),
    )


def _clause_standards() -> Iterable[Standard]:
    return Standard.objects.filter(kind="document-clause").order_by("position")


def _reference(standard: Standard, where: list[str], owed: set[str]) -> tuple[Standard, str, str, str]:
    """A Standard, its state, the types of document it belongs in, and where it is found or why not."""
    kinds = "; ".join(
        each.label for each in types.TYPES.values() if any(c.standard == standard.pk for c in clauses_of(each.code))
    )
    if where:
        return standard, "met", kinds, "; ".join(where)
    if not kinds:
        return standard, "not_applicable", "", excluded().get(standard.pk, "")
    return (
        standard,
        "not_met",
        kinds,
        "" if standard.pk in owed else "No document in effect owes it",
    )


def collect_reviews(coc: CoC | None, day: Day, *, by: Any) -> Facts:
    """Per CoC: each document in effect, how it was approved, and its yearly reviews (POL-10..17)."""
    months = settings.value("documents.review_months", on=day.on)
    effects = list(_effects_with_dates(coc, day.on, by, months))
    soon = day.on + dt.timedelta(days=settings.value("requirements.due_soon_days", on=day.on))
    states = [_state_of(effect.due, day.on, soon) for effect in effects]
    kept = _kept(day.on)
    lacking = _lacking(coc, effects, kept, by)
    by_coc: dict[str, Counter[str]] = defaultdict(Counter)
    for effect, state in zip(effects, states, strict=True):
        by_coc[str(effect.coc)][state] += 1
    for name, _ in lacking:
        by_coc[name]["not_met"] += 1
    late = states.count("overdue")
    return told.facts(
        coc=coc,
        day=day,
        answer=_share(
            len(effects) - late, len(effects), "in effect was approved in time", "in effect were approved in time"
        ),
        more=[f"{shared.count(len(lacking), ('document', 'documents'))} not in effect in a CoC."] if lacking else [],
        bars=[(name, dict(counts)) for name, counts in by_coc.items()],
        tables=[_approvals(effects, states), _not_in_effect(lacking), _cycles(coc, day.on, by)],
        method=(
            f"A plan or policy is approved or reaffirmed by the CoC's governing body at least every {months} months. A review "
            "opens by itself before that day. A document with conditions takes effect only when all are met.",
        ),
        words=(
            ("met", "Approved or reaffirmed in time."),
            ("due_soon", "The next approval is due soon."),
            ("overdue", "The day of the next approval has passed."),
            ("not_met", "The document is not in effect in the CoC."),
            ("not_applicable", "It needs no yearly approval."),
        ),
        standards=("POL-10", "POL-11", "POL-12", "POL-13", "POL-14", "POL-15", "POL-16", "POL-17"),
    )


def _kept(on: dt.date) -> list[Document]:
    kinds = set(settings.value("documents.approved_by_body", on=on)) & types.POLICIES
    return list(Document.objects.filter(type__in=kinds, needs_approval=True, retired_on=None).order_by("title"))


def _effects_with_dates(coc: CoC | None, on: dt.date, by: Any, months: int) -> Any:
    found = _effects(coc, on, by).select_related("version__document", "coc", "decision__body")
    return found.annotate(due=AddMonths("reviewed_on", months)).order_by("coc__number", "version__document__title")


def _state_of(due: dt.date | None, on: dt.date, soon: dt.date) -> str:
    if due is None:
        return "not_applicable"
    return "overdue" if due < on else "due_soon" if due <= soon else "met"


def _lacking(coc: CoC | None, effects: list[Any], kept: list[Document], by: Any) -> list[tuple[str, str]]:
    there = {(effect.coc_id, effect.version.document_id) for effect in effects}
    seen = CoC.objects.visible_to(by).order_by("number")
    return [
        (str(each), document.title)
        for each in (seen.filter(pk=coc.pk) if coc else seen)
        for document in kept
        if (each.pk, document.pk) not in there
    ]


def _approvals(effects: list[Any], states: list[str]) -> Facts:
    day = told.DAY
    return told.table(
        "Approvals",
        [
            told.column("Document", width="quarter"), "CoC", told.column("State", told.STATE),
            told.column("Approved", day), "Decision", told.column("In effect from", day), told.column("Next approval by", day),
        ],
        [
            [
                str(effect.version), effect.coc.number, state, effect.approved_on, str(effect.decision or ""),
                effect.effective_from, effect.due,
            ]
            for effect, state in zip(effects, states, strict=True)
        ],
        empty="No document is in effect on this day.",
    )  # fmt: skip


def _not_in_effect(lacking: list[tuple[str, str]]) -> Facts:
    return told.table(
        "Not in effect",
        ["CoC", "Plan or policy"],
        lacking,
        empty="Every plan and policy the HMIS Lead keeps is in effect in every CoC.",
    )


def _cycles(coc: CoC | None, on: dt.date, by: Any) -> Facts:
    found = (
        ReviewCycle.objects.visible_to(by).filter(opened_on__lte=on).select_related("document", "coc", "decision__body")
    )
    rows = (found.filter(coc=coc) if coc else found).order_by("-opened_on", "document__title")
    day = told.DAY
    return told.table(
        "Yearly reviews",
        [
            told.column("Document", width="quarter"), "CoC", told.column("Opened", day), told.column("Due", day),
            told.column("Closed", day), "Outcome", "Decision",
        ],
        [
            [
                row.document.title, row.coc.number, row.opened_on, row.due_on, row.closed_on,
                row.get_outcome_display() if row.closed_on else "Open", str(row.decision or ""),
            ]
            for row in rows
        ],
        empty="No review has been opened up to this day.",
    )  # fmt: skip
