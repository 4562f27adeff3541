"""What people type about approvals: whom to ask, how a body voted, from when on a version holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q

from hmislead.directory.models import BodyMember, CoC, GoverningBody
from hmislead.documents.models import Decision, DecisionVote, VersionEffect
from hmislead.documents.operations.decisions import ItemData, VoteData
from hmislead.documents.types import AGREEMENTS
from hmislead.tenancy import settings

AWAY = [("", "Not present")]
SHOWN_AFTER_LEAVING = dt.timedelta(days=366)


class AskForm(forms.Form):
    """The CoCs whose bodies are asked."""

    cocs = forms.ModelMultipleChoiceField(
        CoC.objects.none(), label="Ask the governing bodies of", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, version: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = version.effects.exclude(state=VersionEffect.State.REJECTED).values("coc")
        left = CoC.objects.visible_to(by).exclude(pk__in=asked)
        cocs: Any = self.fields["cocs"]
        cocs.queryset, cocs.initial = left, left


class EffectForm(forms.Form):
    """From when on a version holds in a CoC."""

    effective_from = forms.DateField(label="First day in effect", help_text="A day ahead of today waits for its night.")

    def __init__(self, *args: Any, version: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_from"].initial = settings.today()
        if version.document.type in AGREEMENTS:
            self.fields["must_sign_again"] = forms.TypedChoiceField(
                label="Must those who signed an older version sign this one?",
                choices=[("yes", "Yes, everybody signs again"), ("no", "No, their signature stays good")],
                coerce=lambda value: value == "yes",
                widget=forms.RadioSelect,
                initial={True: "yes", False: "no"}.get(version.must_sign_again),
            )


class ClearForm(forms.Form):
    how = forms.CharField(label="How was it met?", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    effective_at = forms.DateField(label="On which day?", required=False, help_text="Empty: today.")


class MinutesForm(forms.Form):
    file = forms.FileField(label="Minutes of the meeting", help_text="PDF, Word or a picture, at most 25 MB.")


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="What was recorded wrong?", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DecisionForm(forms.Form):
    """One motion of a body: the meeting, the versions, the votes of its members as a table."""

    met_on = forms.DateField(label="Day of the meeting")
    agenda_item = forms.CharField(label="Agenda item", max_length=200, required=False)
    items = forms.MultipleChoiceField(
        label="Documents the motion is about",
        widget=forms.CheckboxSelectMultiple,
        help_text="What waits for this body, and what it may confirm without change.",
    )
    motion = forms.CharField(label="Motion", widget=forms.Textarea(attrs={"rows": 3}), help_text="In its own words.")
    mover = forms.ChoiceField(label="Moved by")
    seconder = forms.ChoiceField(label="Seconded by")
    outcome = forms.ChoiceField(label="Outcome", choices=Decision.Outcome.choices, widget=forms.RadioSelect)
    conditions = forms.CharField(
        label="Conditions",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One per line. The documents wait until each is met.",
    )
    minutes = forms.FileField(
        label="Minutes of the meeting", required=False, help_text="PDF, Word or a picture. They may follow later."
    )

    def __init__(self, *args: Any, body: GoverningBody, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = _seats(body)
        named = [(str(seat.pk), str(seat.person)) for seat in self.seats]
        for name in ("mover", "seconder"):
            chosen: Any = self.fields[name]
            chosen.choices = [("", "Choose a member"), *named]
        items: Any = self.fields["items"]
        items.choices = list(_items(body, by))
        for seat in self.seats:
            self.fields[f"vote_{seat.pk}"] = forms.ChoiceField(
                label=f"Vote of {seat.person}", choices=AWAY + DecisionVote.Vote.choices, required=False
            )
            self.fields[f"reason_{seat.pk}"] = forms.CharField(
                label=f"Why {seat.person} stepped back", max_length=200, required=False
            )

    @property
    def meeting_fields(self) -> list[Any]:
        """Every field but the votes."""
        return [field for field in self if not field.name.startswith(("vote_", "reason_"))]

    @property
    def rows(self) -> list[tuple[BodyMember, Any, Any]]:
        """A row per member: who, the vote, why they stepped back."""
        return [(seat, self[f"vote_{seat.pk}"], self[f"reason_{seat.pk}"]) for seat in self.seats]

    def decision(self) -> dict[str, Any]:
        """The motion as the operation takes it."""
        data = self.cleaned_data
        votes = [
            VoteData(seat.pk, data[f"vote_{seat.pk}"], data[f"reason_{seat.pk}"])
            for seat in self.seats
            if data[f"vote_{seat.pk}"]
        ]
        chosen = [value.partition(":") for value in data["items"]]
        known = {str(seat.pk): seat.pk for seat in self.seats}
        return {
            **{name: data[name] for name in ("met_on", "agenda_item", "motion", "outcome", "minutes")},
            "items": [ItemData(key, how == "confirm") for how, _, key in chosen],
            "votes": votes,
            "mover_id": known[data["mover"]],
            "seconder_id": known[data["seconder"]],
            "conditions": data["conditions"].splitlines(),
        }


def _seats(body: GoverningBody) -> list[BodyMember]:
    """Members of today, and those who left within a year: meetings are recorded late."""
    since = settings.today() - SHOWN_AFTER_LEAVING
    seats = body.members.filter(Q(ends_on=None) | Q(ends_on__gte=since)).select_related("person")
    return list(seats.order_by("person__last_name", "person__first_name", "starts_on"))


def _items(body: GoverningBody, by: Any) -> Any:
    """What a motion of this body may be about, as (value, words)."""
    rows = VersionEffect.objects.visible_to(by).filter(
        coc_id=body.coc_id, version__document__type__in=body.approves, version__document__retired_on=None
    )
    for effect in rows.filter(state="requested").select_related("version__document"):
        yield f"approve:{effect.version_id}", str(effect.version)
    for effect in rows.filter(state="effective").select_related("version__document"):
        yield f"confirm:{effect.version_id}", f"{effect.version}: confirm without change"
