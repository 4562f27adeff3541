"""What could tell who a client is, is found and refused; plain sentences are not."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from policies.cases import client_data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Her number 123-45-6789 was on the screen.", "Social Security"),
        ("Her number 123 45 6789 was on the screen.", "Social Security"),
        ("The list said 123456789.", "Social Security"),
        ("Last four of the SSN: 6789", "Social Security"),
        ("su seguro social 6789 se veía", "Social Security"),
        ("She was born 3/14/1985.", "birth"),
        ("DOB 1985", "birth"),
        ("The paper said 1985-03-14.", "birth"),
        ("It read March 14, 1985.", "birth"),
        ("nació el 14 de marzo de 1985", "birth"),
        ("Call 614-555-0123", "telephone"),
        ("Call (614) 555-0123", "telephone"),
        ("Call +1 614.555.0123", "telephone"),
        ("Mail to jo@example.org", "e-mail"),
        ("They showed client John to others.", "name"),
        ("the client, Mary, was upset", "name"),
        ("a client named Rosa", "name"),
        ("un cliente llamado José", "name"),
        ("HMIS ID 48213", "HMIS"),
        ("the Client # is 9917", "HMIS"),
        ("PersonalID: ab12345", "HMIS"),
        ("record #204817", "HMIS"),
    ],
)
def test_client_data_is_found(text, expected):
    assert any(expected in words for words in client_data.found_in(text)), text


@pytest.mark.parametrize(
    "text",
    [
        "A password was on a note at a desk.",
        "On Monday a client waited. Then the worker read the screen aloud.",
        "It happened on 3/14/2026 at 3:30 in room 204.",
        "The client Monday morning had left before.",
        "The agency's policy 12.4 says otherwise; see page 118.",
        "Two clients' records were open; 12 people could see them.",
        "The HMIS was down for 3 days.",
        "Client data was on the screen. Client Records were left out.",
        "No se cumplió la política con un cliente.",
    ],
)
def test_plain_sentences_are_let_through(text):
    assert client_data.found_in(text) == []


def test_the_refusal_names_the_kind_and_repeats_nothing():
    with pytest.raises(ValidationError) as caught:
        client_data.refuse(what="Client John, 123-45-6789", wanted="Nothing")
    assert list(caught.value.message_dict) == ["what"]
    sentence = caught.value.message_dict["what"][0]
    assert "a Social Security number and a name" in sentence
    assert "John" not in sentence
    assert "6789" not in sentence
