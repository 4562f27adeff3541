"""The shipped starting texts: each complete against the map, safe, plain and the same in both languages."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hmislead.documents import merge_fields, readability, starting
from hmislead.documents.clause_map import OPTIONAL, clauses_of
from hmislead.documents.starting import BadStartingText, NoStartingText, StartingDocument
from hmislead.documents.types import TYPES

TEXTS = [(code, language) for code in TYPES for language in starting.languages(code)]
SPANISH = ("end_user", "participation", "privacy_notice")
PLAIN = {"participation": 9, "end_user": 9, "privacy_notice": 8}


def owed(code: str) -> set[str]:
    """What the map asks of a type at the least, and under any condition: a starting text serves every implementation."""
    return {clause.standard for clause in clauses_of(code) if clause.need != OPTIONAL}


def missing(code: str, document: StartingDocument) -> set[str]:
    """The Standards of the map that no block for everybody satisfies."""
    present = {standard for block in document.blocks if not block.variant for standard in block.standards}
    return owed(code) - present


def words(document: StartingDocument) -> str:
    return "\n\n".join(
        [document.title, document.purpose, *(f"{each.heading}\n\n{each.body}" for each in document.blocks)]
    )


def test_every_type_has_an_english_text_and_the_ones_people_sign_or_read_a_spanish_one():
    assert [code for code in TYPES if "en" not in starting.languages(code)] == []
    assert [code for code in SPANISH if "es" not in starting.languages(code)] == []


@pytest.mark.parametrize("code", TYPES)
def test_a_text_is_complete_against_the_map(code: str):
    assert missing(code, starting.starting(code)) == set()


def test_a_clause_taken_out_is_noticed():
    """The check above sees a block go: the sanctions of the participation agreement are in one block alone."""
    whole = starting.starting("participation")
    without = replace(whole, blocks=tuple(each for each in whole.blocks if "GOV-20" not in each.standards))
    assert missing("participation", without) >= {"GOV-20"}


@pytest.mark.parametrize("code", TYPES)
def test_a_text_names_only_standards_of_the_map(code: str):
    named = {standard for block in starting.starting(code).blocks for standard in block.standards}
    assert named <= {clause.standard for type_code in TYPES for clause in clauses_of(type_code)}


@pytest.mark.parametrize(("code", "language"), TEXTS)
def test_a_text_is_safe_and_holds_only_known_merge_fields(code: str, language: str):
    text = words(starting.starting(code, language))
    assert merge_fields.unknown_in([text]) == []
    assert not re.search(r"[{}]", re.sub(r"\{\{.*?\}\}", "", text)), "a brace is left over"
    assert not re.search(r"<[a-zA-Z/!]", text), "HTML has no place in a text"
    assert "![" not in text, "images have no place in a text"
    assert all(url.startswith("https://") or url == "{{policies.url}}" for url in re.findall(r"\]\(([^)]*)\)", text))
    assert not re.search(r"(?m)^#{3,} ", text)


@pytest.mark.parametrize(("code", "language"), TEXTS)
def test_a_text_fits_the_studio(code: str, language: str):
    document = starting.starting(code, language)
    assert len(document.title) <= 200
    assert "{{" not in document.title + document.purpose, "the list of starting templates shows it as it is"
    for block in document.blocks:
        assert len(block.key) <= 60
        assert len(block.heading) <= 200


@pytest.mark.parametrize(("code", "language"), [text for text in TEXTS if text[1] != "en"])
def test_a_translation_has_the_same_blocks_and_fields(code: str, language: str):
    english, other = starting.starting(code), starting.starting(code, language)
    assert [each.key for each in english.blocks] == [each.key for each in other.blocks]
    assert [each.standards for each in english.blocks] == [each.standards for each in other.blocks]
    for ours, theirs in zip(english.blocks, other.blocks, strict=True):
        fields = [sorted(re.findall(r"\{\{.*?\}\}", each.body)) for each in (ours, theirs)]
        assert fields[0] == fields[1], ours.key
        assert ours.body != theirs.body


@pytest.mark.parametrize("code", PLAIN)
def test_what_agencies_users_and_the_public_read_is_plain(code: str):
    assert readability.grade(words(starting.starting(code))) <= PLAIN[code]


def test_end_users_initial_their_conduct():
    """GOV-24 and GOV-25, line by line; conflicts of interest too, where the CoC asks for them."""
    initialled = {code for block in starting.starting("end_user").blocks if block.initials for code in block.standards}
    assert {"GOV-24", "GOV-25", "SEC-52", "SEC-53"} <= initialled


def test_the_joint_plan_is_both_plans():
    joint = starting.starting("privacy_security_plan")
    parts = [starting.starting("privacy_plan"), starting.starting("security_plan")]
    assert [each.body for each in joint.blocks] == [each.body for part in parts for each in part.blocks]
    assert len({each.key for each in joint.blocks}) == len(joint.blocks)


def test_no_text_is_no_text():
    with pytest.raises(NoStartingText, match="vendor"):
        starting.starting("vendor", "fr")
    with pytest.raises(NoStartingText, match="poem"):
        starting.starting("poem")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "title"),
        ("# Title\n\nWhat for.\n", 1, "no block"),
        ("# Title\n\n## One {#one}\nText", 2, "what the document is for"),
        ("# Title\n\nFor.\n\n## One\nText", 5, "ends with"),
        ("# Title\n\nFor.\n\n## One {#One}\nText", 5, "ends with"),
        ("# Title\n\nFor.\n\n## One {#one}\n\n## Two {#two}\nText", 5, "says nothing"),
        ("# Title\n\nFor.\n\n## One {#one}\nA\n## Two {#one}\nB", 7, "twice"),
        ("# Title\n\nFor.\n\n## One {#one GOV-18 GOV-18}\nA", 5, "twice"),
        ("# Title\n\nFor.\n\n## One {#one variant=moon}\nA", 5, "no Standard, variant or option"),
    ],
)
def test_a_bad_file_is_told_with_its_name_and_line(tmp_path: Path, text: str, line: int, problem: str):
    file = tmp_path / "vendor.en.md"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadStartingText, match=rf"vendor\.en\.md, line {line}: .*{problem}"):
        starting.read(file)


def test_every_standard_of_the_map_can_stand_in_a_brace(tmp_path: Path):
    standards = sorted({clause.standard for code in TYPES for clause in clauses_of(code)})
    file = tmp_path / "vendor.en.md"
    file.write_text(
        f"# A\n\nFor.\n\n## One {{#one {' '.join(standards)} variant=vsp initials}}\nText", encoding="utf-8"
    )
    (block,) = starting.read(file).blocks
    assert (block.standards, block.variant, block.initials) == (tuple(standards), "vsp", True)


@pytest.mark.parametrize(("brace", "problem"), [("#two", "one, two"), ("#one GOV-61", "the key alone")])
def test_a_translation_with_other_blocks_or_braces_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brace: str, problem: str
):
    (tmp_path / "vendor.en.md").write_text("# A\n\nFor.\n\n## One {#one GOV-61}\nText", encoding="utf-8")
    (tmp_path / "vendor.es.md").write_text(f"# B\n\nPara.\n\n## Dos {{{brace}}}\nTexto", encoding="utf-8")
    monkeypatch.setattr(starting, "FOLDER", tmp_path)
    starting.starting.cache_clear()
    try:
        with pytest.raises(BadStartingText, match=problem):
            starting.starting("vendor", "es")
    finally:
        starting.starting.cache_clear()
