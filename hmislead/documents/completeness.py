"""The completeness of a version: computed from its clauses, citations and reviewers' statements, never claimed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hmislead.catalogue.models import Standard
from hmislead.documents import merge_fields
from hmislead.documents.clause_map import (
    CONDITIONAL,
    CONDITIONS,
    MINIMUM,
    OPTIONAL,
    Clause,
    clauses_of,
    crosswalk,
    setting_of,
)
from hmislead.documents.models import Attestation, Block, Citation, DocumentVersion
from hmislead.tenancy import settings

PRESENT, COVERED, REVIEW, MISSING, NOT_APPLICABLE, NOT_CHOSEN = (
    "present", "covered", "review", "missing", "not_applicable", "not_chosen",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One clause of the type. `where` names the blocks, the cited document or the pages. `problem` says what is wrong.

    `in_spanish` is None where the question does not arise: a version in English alone, a clause said elsewhere or nowhere.
    """

    standard: str
    label: str
    need: str
    state: str
    where: str = ""
    problem: str = ""
    needs_reviewer: bool = False
    reviewer: str = ""
    in_spanish: bool | None = None

    @property
    def counts(self) -> bool:
        return self.state not in {NOT_APPLICABLE, NOT_CHOSEN}

    @property
    def is_there(self) -> bool:
        return self.state in {PRESENT, COVERED}


@dataclass(frozen=True)
class Panel:
    """The rows of a version, in the order of the map.

    `untranslated` are the clauses without Spanish, None for a version that is written in English alone.
    """

    rows: tuple[Row, ...]
    untranslated: tuple[Block, ...] | None = None

    @property
    def owed(self) -> tuple[Row, ...]:
        """Rows that must be there: all but optional ones, and those whose condition does not hold."""
        return tuple(row for row in self.rows if row.counts and row.need != OPTIONAL)

    @property
    def missing(self) -> tuple[Row, ...]:
        return tuple(row for row in self.owed if not row.is_there)

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def percent(self) -> int:
        """Owed clauses that are there, in percent, rounded down: 100 means all."""
        return 100 * (len(self.owed) - len(self.missing)) // len(self.owed) if self.owed else 100


def panel(version: DocumentVersion) -> Panel:
    """The completeness of a version against the clause map of its type. A fixed number of queries."""
    clauses = clauses_of(version.document.type)
    known = _Known(version, [clause.standard for clause in clauses])
    return Panel(tuple(known.row(clause) for clause in clauses), known.untranslated)


def held(version: DocumentVersion) -> list[str]:
    """The Standards that a version holds or covers by a citation, whether or not it owes them here today."""
    clauses = clauses_of(version.document.type)
    known = _Known(version, [clause.standard for clause in clauses])
    return [clause.standard for clause in clauses if known.holds(clause)]


def keep(version: DocumentVersion) -> None:
    """Count a version anew and keep what it holds, for the nightly check. Called by whatever changes it."""
    fresh = DocumentVersion.objects.select_related("document").get(pk=version.pk)
    found = held(fresh)
    if fresh.holds != found:
        DocumentVersion.objects.filter(pk=version.pk).update(holds=found)
    version.holds = found


def keep_citing(document_id: Any) -> set[Any]:
    """Count the versions anew that cite a document which took effect or went. Returns ids of the CoCs they are in effect in."""
    cocs: set[Any] = set()
    citing = DocumentVersion.objects.filter(citations__cited=document_id).exclude(state__in=("superseded", "retired"))
    for version in citing.distinct().order_by("pk"):
        keep(version)
        cocs |= set(version.effects.in_effect(settings.today()).values_list("coc_id", flat=True))
    return cocs


def owed_by(kind: str, answers: Mapping[str, Any]) -> list[str]:
    """The Standards that a document of a type must hold under these settings (`applies.…`)."""
    return [
        clause.standard
        for clause in clauses_of(kind)
        if clause.need == MINIMUM or (clause.need == CONDITIONAL and answers[setting_of(clause.condition)])
    ]


def share(kind: str, holds: Collection[str], answers: Mapping[str, Any]) -> int:
    """What a version holds of what its type owes under these settings, in percent, rounded down: 100 means all."""
    owed = owed_by(kind, answers)
    return 100 * len(set(owed) & set(holds)) // len(owed) if owed else 100


def answers() -> dict[str, Any]:
    """What the settings of today say of each condition."""
    return settings.values([setting_of(condition) for condition in CONDITIONS])


def unfinished(block: Block) -> str:
    """Why a clause counts as missing, in a few words; empty when it is finished."""
    if not block.body.strip():
        return "It has no text."
    wrong = merge_fields.unknown_in((block.heading, block.body, block.heading_es, block.body_es))
    return f"There is no field {{{{{wrong[0]}}}}}." if wrong else ""


def is_translated(block: Block) -> bool:
    """Whether a clause is there in Spanish too, heading and text."""
    return bool(block.heading_es.strip() and block.body_es.strip())


class _Known:
    """What the rows are computed from, read once."""

    def __init__(self, version: DocumentVersion, standards: list[str]) -> None:
        self.is_upload = version.source == DocumentVersion.Source.UPLOAD
        self.blocks: dict[str, list[Block]] = {}
        every = list(version.blocks.all())
        bilingual = any(block.heading_es or block.body_es for block in every)
        self.untranslated = tuple(block for block in every if not is_translated(block)) if bilingual else None
        for block in every:
            # What only some agencies read is not said to all.
            for standard in block.standards if not block.variant else ():
                self.blocks.setdefault(standard, []).append(block)
        standing = Attestation.objects.filter(version=version, withdrawn_at=None).select_related("reviewer")
        self.attested = {each.standard: each for each in standing}
        self.citations: dict[str, Citation] = {}
        for citation in version.citations.select_related("cited"):
            for standard in citation.covers:
                self.citations.setdefault(standard, citation)
        self.elsewhere = _present_elsewhere(self.citations)
        self.catalogue = {each.pk: each for each in Standard.objects.filter(pk__in=standards)}
        self.answers = answers()

    def row(self, clause: Clause) -> Row:
        standard = self.catalogue.get(clause.standard)
        must_attest = bool(standard and standard.auto == "attest")
        label = standard.label if standard else crosswalk().get(clause.standard, clause.standard)
        facts = self._facts(clause, must_attest=must_attest)
        return Row(clause.standard, label, clause.need, needs_reviewer=must_attest or self.is_upload, **facts)

    def _facts(self, clause: Clause, *, must_attest: bool) -> dict[str, Any]:
        if clause.need == CONDITIONAL and not self.answers[setting_of(clause.condition)]:
            return {"state": NOT_APPLICABLE, "problem": f"Not so here: {CONDITIONS[clause.condition].lower()}."}
        return self._judged(clause, must_attest=must_attest)

    def holds(self, clause: Clause) -> bool:
        """True if the clause is there, whatever the settings say of its condition."""
        standard = self.catalogue.get(clause.standard)
        judged = self._judged(clause, must_attest=bool(standard and standard.auto == "attest"))
        return judged["state"] in {PRESENT, COVERED}

    def _judged(self, clause: Clause, *, must_attest: bool) -> dict[str, Any]:
        found = self._found(clause.standard)
        attested = self.attested.get(clause.standard)
        if found["state"] == PRESENT and must_attest and not attested:
            return found | {"state": REVIEW, "problem": "A reviewer has not confirmed it yet."}
        if found["state"] == MISSING and clause.need == OPTIONAL and clause.standard not in self.blocks:
            return {"state": NOT_CHOSEN}
        return found | ({"reviewer": str(attested.reviewer)} if attested else {})

    def _found(self, standard: str) -> dict[str, Any]:
        if self.is_upload and standard in self.attested:
            return {"state": PRESENT, "where": f"Pages {self.attested[standard].pages}"}
        blocks = self.blocks.get(standard, [])
        finished = [block for block in blocks if not unfinished(block)]
        if finished:
            where = "; ".join(block.heading for block in finished)
            both = None if self.untranslated is None else any(is_translated(block) for block in finished)
            return {"state": PRESENT, "where": where, "in_spanish": both}
        if standard in self.citations:
            return self._cited(standard, self.citations[standard])
        if blocks:
            return {"state": MISSING, "where": blocks[0].heading, "problem": unfinished(blocks[0])}
        return {"state": MISSING, "problem": "No page is mapped to it." if self.is_upload else "No clause says it."}

    def _cited(self, standard: str, citation: Citation) -> dict[str, Any]:
        if citation.cited_id is None:
            if standard in self.attested:
                return {"state": COVERED, "where": citation.title}
            return {
                "state": REVIEW,
                "where": citation.title,
                "problem": "A reviewer must confirm what is kept elsewhere.",
            }
        if standard in self.elsewhere.get(citation.cited_id, frozenset()):
            return {"state": COVERED, "where": str(citation.cited)}
        problem = "The cited document does not say it in a version that is in effect."
        return {"state": MISSING, "where": str(citation.cited), "problem": problem}


def _present_elsewhere(citations: dict[str, Citation]) -> dict[Any, frozenset[str]]:
    """By cited document: what its versions in effect today say in finished clauses, or on mapped pages."""
    cited = {each.cited_id for each in citations.values() if each.cited_id}
    if not cited:
        return {}
    said: dict[Any, set[str]] = {}
    versions = DocumentVersion.objects.in_effect(settings.today()).filter(document_id__in=cited)
    for block in Block.objects.filter(version__in=versions).select_related("version"):
        if not unfinished(block):
            said.setdefault(block.version.document_id, set()).update(block.standards)
    mapped = Attestation.objects.filter(version__in=versions, block=None, withdrawn_at=None).exclude(pages="")
    for document_id, standard in mapped.values_list("version__document_id", "standard"):
        said.setdefault(document_id, set()).add(standard)
    return {document_id: frozenset(standards) for document_id, standards in said.items()}
