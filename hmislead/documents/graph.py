"""The graph of documents: who cites whom, which citations no longer hold, and what is cited by nobody (POL-18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hmislead.documents import types
from hmislead.documents.models import Citation, Document, DocumentVersion

CURRENT = ("draft", "in_comment", "submitted", "approved", "effective")
MANUAL = "policies_procedures"


@dataclass(frozen=True)
class Link:
    """A citation. `problem` says in a sentence why it does not hold; empty when it does."""

    citation: Citation
    problem: str


def links(user: Any) -> list[Link]:
    """What versions in work or in effect cite, as far as `user` may see both. A fixed number of queries."""
    versions = DocumentVersion.objects.visible_to(user).filter(state__in=CURRENT)
    found = Citation.objects.filter(version__in=versions.values("pk")).select_related("version__document", "cited")
    visible = set(Document.objects.visible_to(user).values_list("pk", flat=True))
    effective = _effective_numbers()
    return [
        Link(each, _problem(each, effective))
        for each in found.order_by("version__document__title", "-version__number", "pk")
        if each.cited_id is None or each.cited_id in visible
    ]


def uncited(user: Any) -> list[Document]:
    """Policies in effect that the Policies and Procedures in effect do not cite (POL-18).

    Agreements, and the Policies and Procedures themselves, are not asked for. Empty while there is no manual in effect.
    """
    manuals = DocumentVersion.objects.filter(document__type=MANUAL, state="effective")
    if not manuals.exists():
        return []
    cited = Citation.objects.filter(version__in=manuals.values("pk")).exclude(cited=None)
    separate = Document.objects.visible_to(user).filter(
        type__in=types.POLICIES - {MANUAL}, versions__state="effective", retired_on=None
    )
    return list(separate.exclude(pk__in=cited.values("cited_id")).distinct())


def _effective_numbers() -> dict[Any, int]:
    """By document: the newest version in effect anywhere."""
    rows = DocumentVersion.objects.filter(state="effective").order_by("number")
    return dict(rows.values_list("document_id", "number"))


def _problem(citation: Citation, effective: dict[Any, int]) -> str:
    if citation.cited is None:
        return ""
    now = effective.get(citation.cited_id)
    if citation.cited.retired_on:
        return "The cited document is retired."
    if now is None:
        return "The cited document is not in effect anywhere."
    if citation.cited_number and citation.cited_number < now:
        return f"It cites version {citation.cited_number}; version {now} is in effect."
    return f"Version {citation.cited_number} is not in effect yet." if (citation.cited_number or 0) > now else ""
