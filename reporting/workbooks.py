"""The reports as XLSX: the same facts as the PDF, one table a sheet."""

from __future__ import annotations

from typing import Any

from hmislead.compliance.models import State
from hmislead.documents.tables import Sheet, xlsx_from
from hmislead.tenancy import context
from hmislead.web import states
from hmislead.web.templatetags.web import long_date
from reporting.documents import PARTS, title_of
from reporting.facts import agency, implementation, sanctions, told
from reporting.models import Kind

Facts = dict[str, Any]
STATES = (*PARTS, State.NOT_APPLICABLE)


def xlsx_of(kind: str, facts: Facts) -> bytes:
    """The workbook of a report's facts. Sheets without rows are left out, but for the summary."""
    sheets = _SHEETS.get(Kind(kind), _tables)(facts)
    kept = [sheets[0], *(sheet for sheet in sheets[1:] if sheet.rows), _standards(facts)]
    return xlsx_from(kept, title=title_of(kind, facts), author=context.current().name)


def _word(state: str) -> str:
    return states.sign(state).word if state else ""


def _summary(facts: Facts, *rows: tuple[str, object]) -> Sheet:
    head = facts["head"]
    told = [
        ("Report", head["number"]),
        ("Asked for by", head["asked_by"]),
        ("Data as of", head["recorded"] or head["as_of"]),
        *rows,
    ]
    return Sheet("Summary", ["What", "Answer"], told)


def _agency(facts: Facts) -> list[Sheet]:
    return [
        _summary(
            facts,
            ("Agency", facts["agency"]),
            ("CoCs", ", ".join(facts["cocs"])),
            ("Answer", agency.sentence(facts)),
            ("Requirements met", facts["holds"]),
            ("Requirements", facts["asked"]),
            ("People with a license", facts["people"]),
            ("May not use the HMIS", facts["may_not"]),
        ),
        Sheet(
            "What to do next",
            ["By", "What to do", "Requirement", "Who", "State"],
            [[row["due_on"], row["what"], row["title"], row["who"], _word(row["state"])] for row in facts["todo"]],
        ),
        Sheet(
            "Requirements",
            ["Requirement", "State", "Holds for", "Evidence, or what is missing", "Due", "Blocks access", "Standards"],
            [
                [
                    row["title"],
                    _word(row["state"]),
                    row["words"],
                    row["evidence"],
                    row["due_on"],
                    "Yes" if row["blocks"] else "No",
                    ", ".join(row["standards"]),
                ]
                for row in facts["requirements"]
            ],
        ),
        *_people(facts),
        *_papers(facts),
        _trend(facts),
    ]


def _people(facts: Facts) -> list[Sheet]:
    titles = [row["title"] for row in facts["training"]]
    return [
        Sheet(
            "Access",
            ["Person", "License", "May use the HMIS", "Until", "Why not"],
            [
                [
                    row["name"],
                    _word(row["license"]),
                    "Yes" if row["may_use"] else "No",
                    row["until"],
                    "; ".join(row["why"]),
                ]
                for row in facts["access"]
            ],
        ),
        Sheet("Why not", ["Reason", "People"], facts["reasons"]),
        _counts("Training", "Requirement", facts["training"]),
        Sheet(
            "Training by person",
            ["Person", *(f"{title}: {what}" for title in titles for what in ("state", "date"))],
            [[row["name"], *_training_cells(row)] for row in facts["training_people"]],
        ),
    ]


def _training_cells(row: Facts) -> list[object]:
    """State and date of each training."""
    return [
        value
        for result in row["results"]
        for value in ((_word(result["state"]), result["due_on"]) if result else ("", None))
    ]


def _papers(facts: Facts) -> list[Sheet]:
    return [
        Sheet(
            "Agreements",
            ["Agreement", "Type", "Stands", "Signed", "From", "Last day"],
            [
                [
                    row["title"],
                    row["type"],
                    _word(row["standing"]),
                    row["signed_on"],
                    row["effective_on"],
                    row["ends_on"],
                ]
                for row in facts["agreements"] or []
            ],
        ),
        Sheet(
            "Contacts",
            ["Function", "Name", "Last re-affirmed"],
            [[row["function"], row["name"], row["affirmed_on"]] for row in facts["contacts"]],
        ),
        Sheet(
            "Signatories",
            ["Name", "Title", "Basis"],
            [[row["name"], row["title"], row["basis"]] for row in facts["signatories"] or []],
        ),
    ]


def _implementation(facts: Facts) -> list[Sheet]:
    return [
        _summary(
            facts,
            ("About", facts["about"]),
            ("Answer", implementation.sentence(facts)),
            ("Agencies", facts["agencies"]),
            ("Agencies that meet everything", facts["complete"]),
            ("Licenses", facts["licenses"]),
            ("Licenses that may not be used", facts["may_not"]),
        ),
        Sheet(
            "Agencies and requirements",
            ["Agency", "Meets", "Of", *(column["title"] for column in facts["grid"]["columns"])],
            [
                [row["name"], row["holds"], row["asked"], *(_cell(cell) for cell in row["cells"])]
                for row in facts["grid"]["rows"]
            ],
        ),
        _counts("By requirement", "Requirement", facts["by_requirement"]),
        _counts("By CoC", "CoC", facts["by_coc"]),
        *_lists(facts),
        _trend(facts),
    ]


def _cell(cell: Facts) -> str:
    word = _word(cell["state"])
    return f"{word} ({cell['words']})" if cell["words"] else word


def _lists(facts: Facts) -> list[Sheet]:
    return [
        Sheet(
            "CoCs and implementation",
            ["Requirement", "About", "State", "Since", "Evidence, or what is missing", "Due", "Standards"],
            [
                [
                    row["title"],
                    row["about"],
                    _word(row["state"]),
                    row["since"],
                    row["note"],
                    row["due_on"],
                    ", ".join(row["standards"]),
                ]
                for row in facts["own"]
            ],
        ),
        Sheet(
            "Exceptions",
            ["Agency", "Requirement", "State", "Who", "Oldest since", "Blocks access"],
            [
                [
                    row["agency"],
                    row["title"],
                    _word(row["state"]),
                    row["who"],
                    row["since"],
                    "Yes" if row["blocks"] else "No",
                ]
                for row in facts["exceptions"]
            ],
        ),
        Sheet(
            "Exceptions one by one",
            ["Agency", "Person", "Requirement", "State", "Since", "Due", "Evidence, or what is missing"],
            [
                [
                    row["agency"],
                    row["person"],
                    row["title"],
                    _word(row["state"]),
                    row["since"],
                    row["due_on"],
                    row["note"],
                ]
                for row in facts["one_by_one"]
            ],
        ),
        Sheet(
            "Waivers",
            ["Requirement", "About", "Decision", "Reason", "From", "Until"],
            [
                [row["title"], row["about"], _word(row["kind"]), row["reason"], row["starts_on"], row["ends_on"]]
                for row in facts["waivers"]
            ],
        ),
        Sheet("Why licenses are shut", ["Missing", "Licenses"], facts["reasons"]),
        Sheet("Staffing", ["Function", "Full-time jobs"], [[row["function"], row["fte"]] for row in facts["staff"]]),
    ]


def _counts(title: str, head: str, rows: list[Facts]) -> Sheet:
    heads = [head, *(_word(str(state)).capitalize() for state in STATES)]
    return Sheet(title, heads, [[row["title"], *(row["counts"].get(str(s), 0) for s in STATES)] for row in rows])


def _trend(facts: Facts) -> Sheet:
    trend = facts["trend"] or {"days": [], "values": []}
    rows = [list(pair) for pair in zip(trend["days"], trend["values"], strict=True)]
    return Sheet("Over the year", ["Day", "Percent that holds"], rows)


def _standards(facts: Facts) -> Sheet:
    head = facts["head"]
    day = long_date(head["recorded"] or head["as_of"])
    told = "as recorded by the checks of that day" if head["recorded"] else "at the moment the report was made"
    rows = [[row["id"], row["label"], "; ".join(row["requirements"])] for row in facts["standards"]]
    return Sheet(
        "Standards", ["Standard", "What it says", "Proved by"], [*rows, ["", f"Data as of {day}, {told}.", ""]]
    )


def _sanctions(facts: Facts) -> list[Sheet]:
    return [
        _summary(
            facts,
            ("About", facts["about"]),
            ("Answer", sanctions.sentence(facts)),
            ("Sanctions", len(facts["sanctions"])),
            ("In effect", facts["in_effect"]),
            ("Appeals that wait", facts["appealed"]),
        ),
        Sheet(
            "Sanctions",
            [label for _, label in _REGISTER],
            [[_register_cell(row, name) for name, _ in _REGISTER] for row in facts["sanctions"]],
        ),
        Sheet("By kind", ["Sanction", "How many"], facts["by_kind"]),
        Sheet("By agency", ["Agency", "How many"], facts["by_agency"]),
    ]


def _register_cell(row: Facts, name: str) -> object:
    return _word(row[name]) if name == "state" else row[name]


_REGISTER = (
    ("number", "Number"),
    ("kind", "Sanction"),
    ("agency", "Agency"),
    ("person", "Person"),
    ("class", "Class"),
    ("offense", "Offense"),
    ("state", "State"),
    ("notified_on", "Notice given"),
    ("starts_on", "First day"),
    ("ends_on", "Last day"),
    ("over_on", "Over from"),
    ("appealed_on", "Appealed"),
    ("ruling", "Appeal decided"),
    ("lifted_because", "Why it ended"),
)


def _tables(facts: Facts) -> list[Sheet]:
    """A report that is an answer, a picture and tables (`facts.told`)."""
    more = [("More", line) for line in facts["more"]]
    return [
        _summary(facts, ("About", facts["about"]), ("Answer", facts["answer"]), *more),
        *(
            Sheet(
                table["title"],
                [column["label"] for column in table["columns"]],
                [[_told_cell(*each) for each in zip(table["columns"], row, strict=True)] for row in table["rows"]],
            )
            for table in facts["tables"]
        ),
    ]


def _told_cell(column: Facts, value: object) -> object:
    return _word(str(value)) if column["kind"] == told.STATE and value else value


_SHEETS = {Kind.CHO: _agency, Kind.IMPLEMENTATION: _implementation, Kind.SANCTIONS: _sanctions}
