"""The forms of signers: sign, refuse, pass on, prove the mailbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from agreements.known import signatories_of
from agreements.models import Candidate, Packet, Signer
from agreements.page_words import speak, words_of
from agreements.signers import CandidateData, bound_by
from hmislead.directory.models import Person
from hmislead.tenancy import settings

CONSENT = {
    "en": "I have read this agreement and agree to sign it electronically. My typed name is my signature. I can get a "
    "paper copy from the HMIS Lead, and I may ask to sign on paper instead.",
    "es": "He leído este acuerdo y acepto firmarlo electrónicamente. Mi nombre escrito es mi firma. Puedo pedir una "
    "copia en papel al HMIS Lead, y puedo pedir firmar en papel.",
}


class SignForm(forms.Form):
    """Consent and a typed name; initials beside each clause that asks for them, by `initials-<key>`."""

    sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, packet: Packet, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["sha256"] = packet.sha256
        super().__init__(*args, **kwargs)
        words = words_of(packet)
        for block in packet.blocks:
            if block["initials"]:
                self.fields[f"initials-{block['key']}"] = forms.CharField(
                    label=f"{words['initials']}: {block['heading']}", max_length=8
                )
        self.fields["consent"] = forms.BooleanField(
            label=CONSENT[packet.language],
        )
        self.fields["name"] = forms.CharField(
            label=words["name"], max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
        )
        speak(self, words)
        self.fields["consent"].error_messages["required"] = words["tick"]

    def initials(self) -> dict[str, str]:
        """What was typed beside each clause, by its key."""
        given = self.cleaned_data
        return {name.removeprefix("initials-"): given[name] for name in given if name.startswith("initials-")}


class DeclineForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, packet: Packet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = words_of(packet)
        self.fields["reason"].label, self.fields["reason"].help_text = words["why"], words["why_hint"]
        speak(self, words)


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=9, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"})
    )

    def __init__(self, *args: Any, packet: Packet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = words_of(packet)
        self.fields["code"].label = words["code"]
        speak(self, words)


class PassOnForm(forms.Form):
    """Somebody with the same power to sign."""

    person = forms.ModelChoiceField(label="Who signs instead", queryset=Person.objects.none())
    reason = forms.CharField(label="Why", max_length=200, required=False)

    def __init__(self, *args: Any, signer: Signer, mine: Candidate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        powers = signatories_of(**bound_by(signer.party), on=settings.today())
        others = Person.objects.filter(~Q(pk=mine.person_id), pk__in=powers.values("person_id"))
        self.fields["person"].queryset = others  # type: ignore[attr-defined]

    def heir(self) -> CandidateData:
        return CandidateData(self.cleaned_data["person"].pk)
