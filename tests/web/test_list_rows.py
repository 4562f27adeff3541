"""What is written in Python or without includes for speed shows the same as the slow way."""

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from hmislead.web.forms import Renderer
from hmislead.web.listing import Column
from hmislead.web.templatetags.lists import list_row

NAME, COUNT = Column("name", "Agency & name", "name"), Column("count", "Rows", "count", kind="number")


def test_a_row_is_a_head_and_labelled_cells_with_plain_text_escaped():
    row = list_row("k", [(NAME, mark_safe("<a href='/x'>Harbor</a>")), (COUNT, "<b>7</b>"), (NAME, "–")])
    assert '<th scope="row" role="rowheader"><span class="cell-value"><a href=\'/x\'>Harbor</a></span></th>' in row
    assert '<td role="cell" class="is-number"><span class="cell-label">Rows</span>' in row
    assert "&lt;b&gt;7&lt;/b&gt;" in row
    assert '<td role="cell"><span class="cell-label">Agency &amp; name</span>' in row
    assert "checkbox" not in row


def test_a_row_to_select_has_a_box_named_by_the_words_of_its_head():
    row = list_row('k"1', [(NAME, mark_safe("<a href='/x'>Harbor &amp; Sons</a>"))], True)
    assert 'value="k&quot;1" data-row id="row-k&quot;1" aria-label="Select Harbor &amp; Sons"' in row
    assert 'aria-label="Select &lt;i&gt;x' in list_row("k", [(NAME, "<i>x")], True)


def test_a_select_is_what_django_draws():
    choices = [("", "Any"), ("a", "A & b"), ("Group <1>", [("b", "B"), (3, "<c>")])]
    for kind, chosen in ((forms.Select, "b"), (forms.SelectMultiple, ["a", "3"])):
        widget = kind(attrs={"class": "x", "disabled": True, "data-y": False}, choices=choices)
        ours, djangos = (widget.render("n", chosen, {"id": "i"}, each()) for each in (Renderer, DjangoTemplates))
        assert ours.split() == djangos.split()  # blank lines between options aside
        assert "selected" in ours
