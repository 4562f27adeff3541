"""Numbers in the shipped starting texts: one promise has one number, in every text and in both languages."""

import re
from collections import Counter

import pytest

from hmislead.documents import starting
from hmislead.documents.starting import StartingBlock
from hmislead.documents.types import TYPES

NUMBERS = {
    "en": "one two three four five six seven eight nine ten",
    "es": "un dos tres cuatro cinco seis siete ocho nueve diez",
}
UNITS = {
    "en": {
        "business day": "business day",
        "day": "day",
        "month": "month",
        "minute": "minute",
        "hour": "hour",
        "working hour": "hour",
        "mile": "mile",
    },
    "es": {
        "día hábil": "business day",
        "días hábile": "business day",
        "día": "day",
        "mes": "month",
        "mese": "month",
        "minuto": "minute",
        "hora": "hour",
        "milla": "mile",
    },
}
TRANSLATED = [code for code in TYPES if "es" in starting.languages(code)]
OF_BREACHES = frozenset({"PRI-25", "SEC-29", "VEN-12", "MGT-57"})
REPORT_DUE = re.compile(r"\breports?\b[^.|]*?\bwithin (\w+ (?:business )?days?)")


def lengths(text: str, language: str) -> Counter[tuple[int, str]]:
    """Each length of time or distance in a text, as often as it is there: `five business days` is `(5, "business day")`.

    One day, month, hour, minute or mile is left out: "a month" and "un mes" need not be a number.
    """
    words = {word: number for number, word in enumerate(NUMBERS[language].split(), start=1)}
    units = "|".join(sorted(UNITS[language], key=len, reverse=True))
    found = re.findall(rf"\b(\d+|{'|'.join(words)}) (?:more )?({units})s?\b", text.lower())
    pairs = [(words.get(number) or int(number), UNITS[language][unit]) for number, unit in found]
    return Counter(pair for pair in pairs if pair[0] > 1 or pair[1] == "business day")


def block(code: str, key: str) -> StartingBlock:
    (found,) = [each for each in starting.starting(code).blocks if each.key == key]
    return found


def test_lengths_are_read_alike_in_both_languages():
    english = "Within five business days, 30 days, 2 more hours or every three months; 200 miles; in one day."
    spanish = "En cinco días hábiles, 30 días, 2 horas más o cada tres meses; 200 millas; en un día."
    expected = {(5, "business day"): 1, (30, "day"): 1, (2, "hour"): 1, (3, "month"): 1, (200, "mile"): 1}
    assert lengths(english, "en") == lengths(spanish, "es") == expected
    assert lengths("five days", "en") != lengths("cinco días hábiles", "es")


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_promises_the_same_times(code: str):
    english, spanish = starting.starting(code), starting.starting(code, "es")
    for ours, theirs in zip(english.blocks, spanish.blocks, strict=True):
        assert lengths(theirs.body, "es") == lengths(ours.body, "en"), ours.key


def test_the_report_on_a_breach_is_due_in_one_time_everywhere():
    due = {
        (code, each.key): found[1]
        for code in TYPES
        for each in starting.starting(code).blocks
        if OF_BREACHES & set(each.standards) and (found := REPORT_DUE.search(each.body))
    }
    assert len(due) >= 12
    assert set(due.values()) == {"five business days"}, due


def test_the_software_contract_secures_the_backups_that_the_security_plan_promises():
    """The plan (DTS-4.3-11) and the contract (VEN-08): how often, how long kept, how far away, how soon back."""
    plan = lengths(block("security_plan", "backup").body.split("\n\n")[0], "en")
    contract = lengths(block("vendor", "hosting").body.split("\n\n")[1], "en")
    assert len(plan) >= 6
    assert set(plan) == set(contract)
