"""What must be proved before something else may happen, by the codes of requirements that a setting lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Q

from hmislead.compliance import registry
from hmislead.compliance.models import State, Status

SUBJECTS = ("organization", "person", "license")
PROVED = (State.MET, State.DUE_SOON, State.WAIVED, State.NOT_APPLICABLE)


class Choices:
    """The requirements of agencies, people and licenses, for a setting: read when they are asked for, for rooms register
    theirs one after the other. `but` are codes that are no choice."""

    def __init__(self, *but: str) -> None:
        self.but = but

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for each in registry.ordered():
            if each.subject in SUBJECTS and each.code not in self.but:
                yield each.code, each.title


def missing(codes: Iterable[str], *, organization_id: UUID | None, person_id: UUID | None) -> list[str]:
    """Titles of the requirements among `codes` that are not proved for a person at an agency, in the order people read.

    What was never checked is not proved. A code that no room registers any more asks for nothing.
    """
    wanted = set(codes)
    asked = [each for each in registry.ordered() if each.code in wanted and each.subject in SUBJECTS]
    theirs = (
        Q(subject_kind="organization", subject_id=organization_id)
        | Q(subject_kind="person", subject_id=person_id)
        | Q(subject_kind="license", person_id=person_id, organization_id=organization_id)
    )
    proved = set(
        Status.objects.filter(theirs, requirement__in=[each.code for each in asked], state__in=PROVED).values_list(
            "requirement", flat=True
        )
    )
    return [each.title for each in asked if each.code not in proved]
