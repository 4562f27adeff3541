"""The reading grade against counts made by hand."""

import pytest

from hmislead.documents.readability import grade, sentences, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("rule", 1),
        ("rules", 1),
        ("table", 2),
        ("needed", 2),
        ("shared", 1),
        ("uses", 2),
        ("agency", 3),
        ("agreement", 3),
        ("safely", 2),
        ("social", 2),
        ("material", 4),
        ("client", 2),
        ("annual", 3),
        ("training", 2),
        ("employee", 3),
        ("individual", 5),
        ("organization", 5),
        ("HMIS", 4),
    ],
)
def test_syllables(word: str, count: int):
    assert syllables(word) == count


def test_the_grade_is_the_published_formula():
    """Two sentences, ten words, eleven syllables."""
    assert grade("The cat sat on a mat. It was a table.") == round(0.39 * 10 / 2 + 11.8 * 11 / 10 - 15.59, 1)


def test_long_words_and_sentences_are_harder():
    plain = "We keep your data safe. You may ask to see it."
    hard = (
        "Organizational confidentiality obligations necessitate appropriate administrative safeguards notwithstanding."
    )
    assert grade(plain) < 4 < 15 < grade(hard)


def test_lists_tables_and_fields_are_read_as_people_read_them():
    text = """# Title here

{{lead.name}} will:

- train **users**
- answer [calls](https://example.org)

| Who | What |
|---|---|
| Lead | Signs |
"""
    assert sentences(text) == [
        "Title here",
        "agency will:",
        "train users",
        "answer calls",
        " Who ",
        " What ",
        " Lead ",
        " Signs ",
    ]


def test_nothing_to_read_has_no_grade():
    assert grade("") == 0.0
    assert grade("|---|") == 0.0
