"""A project's descriptor data in HUD's words."""

from __future__ import annotations

from typing import Any

from hmislead.directory.hmis_csv.spec import load_spec
from hmislead.directory.models import Project
from hmislead.directory.operations.projects import CODES
from hmislead.tenancy import settings


def label_of(column: str, code: int | None) -> str:
    """HUD's words for a code; the code itself when HUD has none, nothing for None."""
    return "" if code is None else load_spec().list_named(CODES[column]).label(code)


def state_of(row: Project) -> str:
    """Active, or ended."""
    if row.removed_on or (row.operating_until and row.operating_until < settings.today()):
        return "ended"
    return "active"


def describe(project: Project, user: Any) -> dict[str, Any]:
    """What hangs on a project, ready to be shown; what was removed is left out, as are projects `user` may not know of."""
    standing = {"removed_on": None}
    codes = ("housing_type", "rrh_subtype", "residential_affiliation", "target_population", "hopwa_facility")
    columns: Any = {name: Project._meta.get_field(name) for name in codes}
    facts = [(str(columns[name].verbose_name), label_of(name, getattr(project, name))) for name in codes]
    return {
        "facts": [(label[:1].upper() + label[1:], words) for label, words in facts if words],
        "locations": [
            {"row": row, "geography": label_of("geography_type", row.geography_type)}
            for row in project.locations.filter(**standing).select_related("coc")
        ],
        "funders": [
            {"row": row, "label": row.other_funder or label_of("funder", row.funder)}
            for row in project.funders.filter(**standing)
        ],
        "inventory": [
            {
                "row": row,
                "household": label_of("household_type", row.household_type),
                "availability": label_of("availability", row.availability),
            }
            for row in project.inventory.filter(**standing)
        ],
        "participations": project.hmis_participations.filter(**standing),
        "affiliations": project.affiliations.filter(
            **standing, residential_project__in=Project.objects.visible_to(user)
        ).select_related("residential_project"),
        "entries_ce": project.ce_participations.filter(**standing),
    }
