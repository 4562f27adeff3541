"""The list of agreements."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from agreements.models import Agreement, AgreementParty
from hmislead.directory.models import CoC, Organization
from hmislead.tenancy import settings
from hmislead.web.forms import ComboBox
from hmislead.web.listing import Action, Column, Empty, Listing

STANDINGS = (
    ("in_force", "In force"),
    ("ending_soon", "Ending soon"),
    ("waiting", "Not yet in force"),
    ("expired", "Expired"),
    ("ended", "Ended"),
)


class AgreementFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    standing = django_filters.ChoiceFilter(choices=STANDINGS, label="State", empty_label="Any")
    type = django_filters.ChoiceFilter(choices=Agreement.Type.choices, label="Type", empty_label="Any")
    organization = django_filters.ModelChoiceFilter(
        queryset=lambda request: Organization.objects.visible_to(request.user).only("name"),
        widget=ComboBox,
        method="by_organization",
        label="Agency",
        empty_label="Any",
    )
    coc = django_filters.ModelChoiceFilter(
        queryset=lambda request: CoC.objects.visible_to(request.user), method="by_coc", label="CoC", empty_label="Any"
    )
    ends_on = django_filters.DateFromToRangeFilter(label="Last day")
    carried_over = django_filters.BooleanFilter(label="Carried over")
    no_paper = django_filters.BooleanFilter(field_name="file", lookup_expr="isnull", label="Paper missing")

    class Meta:
        model = Agreement
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        parties = AgreementParty.objects.filter(agreement=OuterRef("pk"))
        for word in value.split():
            here = (
                Q(organization__name__icontains=word)
                | Q(coc__number__icontains=word)
                | Q(person__last_name__icontains=word)
                | Q(person__first_name__icontains=word)
                | Q(person__email__icontains=word)
            )
            rows = rows.filter(Exists(parties.filter(here)) | Q(title__icontains=word))
        return rows

    def by_organization(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return rows.with_party(organization=value)

    def by_coc(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return rows.with_party(coc=value)


def standing_rows(user: Any) -> QuerySet[Any]:
    """Agreements that `user` may see, with their standing today."""
    soon = settings.value("requirements.due_soon_days")
    return Agreement.objects.visible_to(user).with_standing(settings.today(), soon_days=soon)


def named(agreement: Agreement) -> str:
    """The parties in words, whom it is about first: "Pat Person at Harbor House, County HMIS Office"."""
    parties = sorted(agreement.parties.all(), key=lambda party: party.role == AgreementParty.Role.LEAD)
    return ", ".join(str(party) for party in parties)


def _address(name: str) -> Any:
    return lambda request: reverse(name, kwargs={"slug": request.implementation.slug})


def _load(request: Any) -> str:
    return reverse("opening:sheet-upload", kwargs={"slug": request.implementation.slug, "kind": "agreements"})


AGREEMENTS = Listing(
    name="agreements.agreements",
    title="Agreements",
    filterset=AgreementFilter,
    order=("-effective_on",),
    noun=("agreement", "agreements"),
    search_placeholder="Agency, person or CoC",
    columns=[
        Column("what", "Agreement", str, link=Agreement.get_absolute_url, sort="type"),
        Column("parties", "Between", named),
        Column("standing", "State", "standing", kind="state", sort="standing"),
        Column("effective_on", "Takes effect", "effective_on", kind="day", sort="effective_on"),
        Column("ends_on", "Last day", "ends_on", kind="near_day", sort="ends_on"),
        Column("signed_on", "Signed", "signed_on", kind="day", sort="signed_on", default=False),
        Column("terminated_on", "Ended early on", "terminated_on", kind="day", sort="terminated_on", default=False),
        Column("paper", "Paper kept", lambda row: row.file_id is not None, kind="yes_no", sort="file"),
        Column("carried_over", "Carried over", "carried_over", kind="yes_no", default=False),
    ],
    empty=Empty(
        text="Record who is bound by which agreement and until when. Access to the HMIS follows from it.",
        action="Record an agreement",
        url=_address("agreements:agreement-new"),
    ),
    primary=Action("Record an agreement", _address("agreements:agreement-new"), "record_evidence", "add"),
    more=(
        Action("Older versions signed", _address("agreements:agreement-older"), "view_evidence"),
        Action("Load a spreadsheet of agreements", _load, ("import_data", "record_evidence")),
    ),
)


class OlderFilter(AgreementFilter):
    sign_again = django_filters.BooleanFilter(label="Must sign again")


OLDER = Listing(
    name="agreements.older",
    title="Older versions signed",
    line="Agreements in force whose template has a newer version, and whether it must be signed again.",
    filterset=OlderFilter,
    order=("-sign_again", "effective_on"),
    noun=("agreement", "agreements"),
    search_placeholder="Agency, person or CoC",
    columns=[
        Column("what", "Agreement", str, link=Agreement.get_absolute_url, sort="type"),
        Column("parties", "Between", named),
        Column("signed_version", "Version signed", "version.number", kind="number", sort="version__number"),
        Column("newer", "Current version", "newer", kind="number", sort="newer"),
        Column("sign_again", "Does it matter", lambda row: "must sign again" if row.sign_again else "may stay"),
        Column("effective_on", "Takes effect", "effective_on", kind="day", sort="effective_on"),
        Column("ends_on", "Last day", "ends_on", kind="near_day", sort="ends_on"),
    ],
    empty=Empty("Nobody is on an older version", "Every agreement in force was signed in the current version."),
)
