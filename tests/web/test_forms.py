"""The form renderer: USWDS markup, errors one can act on."""

import re
from html.parser import HTMLParser

import pytest
from django import forms

from hmislead.web.forms import ComboBox
from hmislead.web.gallery import EveryField


class Tags(HTMLParser):
    """The start tags of a page, as (tag, attributes)."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, name):
        return next((tag, attrs) for tag, attrs in self.found if attrs.get("name") == name)


@pytest.fixture
def empty():
    return str(EveryField())


@pytest.fixture
def refused():
    return str(EveryField({}))


@pytest.mark.parametrize(
    ("name", "tag", "expected"),
    [
        ("name", "input", {"type": "text", "class": "usa-input", "aria-describedby": "id_name_helptext"}),
        ("kind", "select", {"class": "usa-select"}),
        ("signed_on", "input", {"type": "date"}),
        ("email", "input", {"type": "email"}),
        ("roles", "input", {"type": "checkbox", "class": "usa-checkbox__input"}),
        ("access", "input", {"type": "radio", "class": "usa-radio__input"}),
        ("paper", "input", {"type": "file", "class": "file-input"}),
        ("note", "textarea", {"class": "usa-textarea"}),
    ],
)
def test_each_field_has_the_shape_uswds_draws(empty, name, tag, expected):
    found, attrs = Tags(empty).named(name)
    assert found == tag
    assert expected.items() <= attrs.items()


def test_a_checkbox_stands_before_its_label(empty):
    # USWDS draws the box on the label that FOLLOWS the input: the other way round it cannot be seen.
    assert re.search(r'name="sure"[^>]*><label class="usa-checkbox__label" for="id_sure"', empty)
    assert re.search(r'value="cho"[^>]*><label class="usa-checkbox__label" for="id_roles_0"', empty.replace("\n", ""))


def test_required_fields_say_so_in_words(empty):
    assert empty.count('<span class="field-required">required</span>') == 6


def test_every_error_links_to_an_input_that_is_on_the_page(refused):
    tags = Tags(refused)
    links = [attrs["href"][1:] for tag, attrs in tags.found if tag == "a"]
    ids = {attrs.get("id") for tag, attrs in tags.found if tag in {"input", "select", "textarea"}}
    assert len(links) == 6
    assert set(links) <= ids


def test_errors_say_what_to_do_and_are_named_to_screen_readers(refused):
    assert "Choose at least one." in refused
    assert "Enter a date." in refused
    assert "This field is required" not in refused
    _, attrs = Tags(refused).named("signed_on")
    assert attrs["aria-invalid"] == "true"
    assert attrs["aria-describedby"] == "id_signed_on_helptext id_signed_on_error"


def test_a_group_is_a_fieldset_that_names_its_hint_and_error(refused):
    group = next(attrs for tag, attrs in Tags(refused).found if tag == "fieldset")
    assert group["aria-describedby"] == "id_roles_helptext id_roles_error"


def test_a_fields_own_words_for_required_are_kept():
    class Consent(forms.Form):
        yes = forms.BooleanField(error_messages={"required": "Ask the person first."})

    assert "Ask the person first." in str(Consent({}))


def test_what_was_typed_is_still_there_after_an_error():
    page = str(EveryField({"name": "Harbor <House>", "signed_on": "2027-03-14"}))
    assert 'value="Harbor &lt;House&gt;"' in page
    assert Tags(page).named("signed_on")[1]["value"] == "2027-03-14"


def test_errors_of_the_whole_form_stand_in_the_summary():
    form = EveryField({})
    form.add_error(None, "This agency is already there.")
    assert "<li>This agency is already there.</li>" in str(form)


def test_a_combo_box_is_a_plain_select_that_brings_its_script():
    class Choose(forms.Form):
        who = forms.ChoiceField(widget=ComboBox, choices=[("1", "Dana")])

    assert '<div class="usa-combo-box"><select name="who"' in str(Choose())
    assert 'vendor/uswds/js/uswds.min.js" defer' in str(Choose().media)


def test_a_refused_form_answers_422_and_an_accepted_or_empty_one_200(gallery_site, client):
    assert client.get("/gallery/form/").status_code == 200
    assert client.post("/gallery/form/", {}).status_code == 422
    whole = {"name": "a", "kind": "cho", "signed_on": "2027-03-14", "roles": ["cho"], "access": "reads", "sure": "on"}
    assert client.post("/gallery/form/", whole).status_code == 200
