"""What people type about comments: until when, who is asked, what they say, what becomes of it."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.documents import policy
from hmislead.documents.comment_notices import groups_of
from hmislead.documents.models import Block, Comment, CommentPeriod
from hmislead.documents.models.review import Group


class PeriodForm(forms.Form):
    closes_on = forms.DateField(label="Last day of comments")
    groups = forms.MultipleChoiceField(
        label="Who is asked",
        choices=Group.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="End users, agencies and committees are told here. CoC staff are asked to reach the others.",
    )


class CommentForm(forms.Form):
    """A comment. Who writes down what somebody else said names them."""

    group = forms.ChoiceField(label="You speak as")
    author_name = forms.CharField(label="Who said it", max_length=150, required=False, help_text="Empty: you did.")
    block = forms.ModelChoiceField(
        label="Clause", queryset=Block.objects.none(), required=False, empty_label="The whole document"
    )
    text = forms.CharField(
        label="What should be different, and why",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Write nothing about a client.",
    )

    def __init__(self, *args: Any, period: CommentPeriod, by: Any, clause: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = groups_of(by)
        asked = [(group, label) for group, label in Group.choices if group in period.groups]
        group: Any = self.fields["group"]
        group.choices = [("", "Choose one"), *asked]
        group.initial = next((value for value, _ in asked if value in own or len(asked) == 1), "")
        if policy.can_edit(by):
            group.label = "Who speaks"
        else:
            del self.fields["author_name"]
        block: Any = self.fields["block"]
        block.queryset = period.version.blocks.all()
        block.initial = next((each for each in block.queryset if each.key == clause), None)


class AnswerForm(forms.Form):
    disposition = forms.ChoiceField(
        label="What becomes of it", choices=Comment.Disposition.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="Why, or what was changed",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who commented reads this. Needed unless all of it is accepted.",
    )
