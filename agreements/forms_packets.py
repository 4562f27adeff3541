"""Input about packets: whom they bind, who signs, by when, and what is done while they are out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms

from agreements.forms import subject_fields
from agreements.known import signatories_of
from agreements.models import Agreement, Packet, PacketParty, Signer
from agreements.operations.packets import candidates_of
from agreements.parties import LEAD_NEEDED, SUBJECT, PartyData, Role, Type, leads
from agreements.signers import OUTSIDE, CandidateData, SignerData, bound_by, default_signers
from hmislead.directory.models import Person
from hmislead.documents.rendering import WORDS, languages_of
from hmislead.tenancy import settings
from hmislead.web.forms import ComboBox

ORDERS = (
    ("ordered", "One after the other, the HMIS Lead last"),
    ("parallel", "All at the same time"),
)


class DaysForm(forms.Form):
    """By when it is signed, and how long the agreement then holds: two different things."""

    deadline_on = forms.DateField(label="Last day to sign", widget=forms.DateInput)
    term = forms.ChoiceField(label="How long it holds", choices=Agreement.Term.choices)
    effective_on = forms.DateField(
        label="Takes effect on",
        required=False,
        widget=forms.DateInput,
        help_text="Empty: on the day the last signer signs. A renewal starts when the old agreement ends.",
    )
    ends_on = forms.DateField(
        label="Last day of the agreement",
        required=False,
        widget=forms.DateInput,
        help_text="Only for an agreement that ends on a fixed day.",
    )
    notice_days = forms.IntegerField(
        label="Days of notice to end it early", required=False, min_value=0, max_value=3650
    )

    def __init__(self, *args: Any, version: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = [(code, WORDS[code]) for code in languages_of(version)] or [("en", WORDS["en"])]
        self.fields["language"] = forms.ChoiceField(label="Language", choices=languages)
        if version.document.type != Type.END_USER:
            terms = [choice for choice in Agreement.Term.choices if choice[0] != Agreement.Term.LICENSE]
            self.fields["term"].choices = terms  # type: ignore[attr-defined]

    def days(self) -> dict[str, Any]:
        """Days, term and language as the operations take them."""
        names = ("deadline_on", "term", "effective_on", "ends_on", "notice_days", "language")
        return {name: self.cleaned_data[name] for name in names}


class PacketForm(DaysForm):
    """A new packet: the parties, who signs outside, the order, the days."""

    def __init__(self, *args: Any, by: Any, version: Any, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        self.type = Type(version.document.type)
        first = subject_fields(self.type, by)
        if self.type in LEAD_NEEDED:
            found = list(leads().visible_to(by)[:2])
            first["lead"] = forms.ModelChoiceField(leads().visible_to(by), label="HMIS Lead", widget=ComboBox)
            first["lead"].initial = found[0] if len(found) == 1 else None
        if SUBJECT[self.type] in OUTSIDE:
            first |= _outside_fields(required=True)
        first["order"] = forms.ChoiceField(label="Who signs when", choices=ORDERS, widget=forms.RadioSelect)
        first["order"].initial = "ordered"
        agreements = Agreement.objects.visible_to(by).filter(type=self.type)
        for name in ("renews", "amends"):
            first[name] = forms.ModelChoiceField(agreements, required=False, widget=forms.HiddenInput)
        self.fields = {**first, **self.fields}

    def parties(self) -> list[PartyData]:
        """The parties as the operation takes them."""
        data = self.cleaned_data
        named = {f"{name}_id": data[name].pk for name in ("coc", "organization", "person") if data.get(name)}
        found = [PartyData(SUBJECT[self.type], **named)]
        if self.type in LEAD_NEEDED:
            found.append(PartyData(Role.LEAD, organization_id=data["lead"].pk))
        return found

    def signers(self) -> list[SignerData]:
        """Who signs: what the type asks for, and whoever the other side named. Raises DomainError, see default_signers."""
        ordered = self.cleaned_data["order"] == "ordered"
        found = default_signers(self.parties(), ordered=ordered)
        role = SUBJECT[self.type]
        if role not in OUTSIDE:
            return found
        data = self.cleaned_data
        outside = CandidateData(name=data["outside_name"], email=data["outside_email"], title=data["outside_title"])
        return [SignerData(role, (outside,)), *(replace(each, position=2 if ordered else 1) for each in found)]


class SignersForm(forms.Form):
    """The signers of a draft, one group of fields each, and one more who may be added."""

    def __init__(self, *args: Any, packet: Packet, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.packet, self.by = packet, by
        self.parties = {party.role: party for party in packet.parties.select_related("organization", "coc", "person")}
        self.rows = list(packet.signers.select_related("party__organization", "party__coc", "party__person"))
        for number, signer in enumerate(self.rows):
            self._add_row(number, signer)
        self._add_extra()

    def _add_row(self, number: int, signer: Signer) -> None:
        now = candidates_of(signer)
        outside = next((each for each in now if each.person_id is None), None)
        chosen = [each.person_id for each in now if each.person_id]
        people = Person.objects.filter(pk__in=[*possible(signer.party), *chosen])
        self.fields[f"people-{number}"] = forms.ModelMultipleChoiceField(
            people,
            label=f"{signer.capacity}: any one of these signs",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=chosen,
        )
        if signer.party.role in OUTSIDE:
            values = {"name": outside.name, "email": outside.email, "title": outside.title} if outside else {}
            self.fields |= _outside_fields(f"-{number}", required=False, values=values)
        self.fields[f"position-{number}"] = forms.IntegerField(
            label=f"{signer.capacity}: place in the order",
            min_value=1,
            max_value=9,
            initial=signer.position,
            help_text="Equal numbers sign at the same time.",
        )
        self.fields[f"drop-{number}"] = forms.BooleanField(label=f"{signer.capacity}: take away", required=False)

    def _add_extra(self) -> None:
        people = Person.objects.visible_to(self.by).current()
        choices = [(role, str(party)) for role, party in self.parties.items()]
        self.fields["extra_person"] = forms.ModelChoiceField(
            people, label="Add a signer", required=False, widget=ComboBox, empty_label="Nobody else",
            help_text="Such as a supervisor who signs besides.",
        )  # fmt: skip
        self.fields["extra_role"] = forms.ChoiceField(label="The added signer signs for", choices=choices)
        self.fields["extra_capacity"] = forms.CharField(
            label="As what", max_length=150, required=False, help_text="For example: Supervisor of Pat Person."
        )
        self.fields["extra_position"] = forms.IntegerField(
            label="Place in the order", min_value=1, max_value=9, initial=len(self.rows) + 1
        )
        self.fields["extra_binds"] = forms.BooleanField(
            label="Only an authorized signatory may sign here", required=False
        )

    def signers(self) -> list[SignerData]:
        """The signers as the operation takes them."""
        data = self.cleaned_data
        found = [self._row(number, signer) for number, signer in enumerate(self.rows) if not data[f"drop-{number}"]]
        if data["extra_person"]:
            found.append(
                SignerData(
                    data["extra_role"],
                    (CandidateData(data["extra_person"].pk),),
                    data["extra_position"],
                    data["extra_capacity"],
                    must_be_signatory=data["extra_binds"],
                )
            )
        return found

    def _row(self, number: int, signer: Signer) -> SignerData:
        data = self.cleaned_data
        candidates = [CandidateData(person.pk) for person in data[f"people-{number}"]]
        if data.get(f"outside_name-{number}"):
            candidates.append(outside_of(data, f"-{number}"))
        return SignerData(
            signer.party.role,
            tuple(candidates),
            data[f"position-{number}"],
            signer.capacity,
            must_be_signatory=signer.must_be_signatory,
        )


class FieldsForm(forms.Form):
    """Values of merge fields that nothing else knows."""

    def __init__(self, *args: Any, missing: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, words in missing:
            self.fields[field] = forms.CharField(label=words, max_length=300)


class AgainForm(forms.Form):
    deadline_on = forms.DateField(label="New last day to sign", widget=forms.DateInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="Its signers read this."
    )


class ReplaceForm(forms.Form):
    """Who signs in the place of a signer: any one of some people, or somebody outside."""

    def __init__(self, *args: Any, signer: Signer, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.visible_to(by).current()
        if signer.must_be_signatory:
            people = people.filter(pk__in=possible(signer.party))
        self.fields["people"] = forms.ModelMultipleChoiceField(
            people,
            label="Any one of these signs",
            required=False,
            widget=forms.CheckboxSelectMultiple if signer.must_be_signatory else forms.SelectMultiple,
        )
        if signer.party.role in OUTSIDE or not signer.must_be_signatory:
            self.fields |= _outside_fields(required=False)
        self.fields["reason"] = forms.CharField(label="Why", max_length=200)

    def candidates(self) -> list[CandidateData]:
        """The new candidates as the operation takes them."""
        found = [CandidateData(person.pk) for person in self.cleaned_data["people"]]
        return found + ([outside_of(self.cleaned_data)] if self.cleaned_data.get("outside_name") else [])


class SignedPaperForm(forms.Form):
    """A signature that was given on paper: who, when, the scan, and on which pages."""

    name = forms.ChoiceField(label="Who signed")
    signed_on = forms.DateField(label="Signed on", widget=forms.DateInput)
    file = forms.FileField(label="Scan of the signed paper", help_text="PDF or a picture, at most 25 MB.")
    pages = forms.CharField(
        label="Pages with the signature", max_length=60, help_text="Of the scan. For example: 7, or 7 and 9."
    )

    def __init__(self, *args: Any, signer: Signer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [str(each) for each in candidates_of(signer)]
        self.fields["name"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


def possible(party: PacketParty) -> list[Any]:
    """The people who may sign for a party today: the person, and the authorized signatories."""
    powers = signatories_of(**bound_by(party), on=settings.today()).values_list("person_id", flat=True)
    return [*powers, *([party.person_id] if party.person_id else [])]


def outside_of(data: dict[str, Any], end: str = "") -> CandidateData:
    """Somebody outside, as the form was filled in."""
    return CandidateData(
        name=data[f"outside_name{end}"], email=data[f"outside_email{end}"], title=data[f"outside_title{end}"]
    )


def _outside_fields(end: str = "", *, required: bool, values: dict[str, str] | None = None) -> dict[str, forms.Field]:
    given = values or {}
    return {
        f"outside_name{end}": forms.CharField(
            label="Signer outside: name", max_length=150, required=required, initial=given.get("name")
        ),
        f"outside_email{end}": forms.EmailField(
            label="Signer outside: e-mail address",
            required=required,
            initial=given.get("email"),
            help_text="They get a personal link, and a code to this address before they sign.",
        ),
        f"outside_title{end}": forms.CharField(
            label="Signer outside: title", max_length=150, required=False, initial=given.get("title")
        ),
    }
