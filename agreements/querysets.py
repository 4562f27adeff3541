"""What a user may know of agreements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When

from hmislead.access import scopes
from hmislead.directory.querysets import within


def at_their_place(held: scopes.Scopes) -> Q:
    """Parties inside scopes. The HMIS Lead is a party to every paper: who speaks for its organization as an agency sees
    what binds it as one, never the papers of all."""
    if held.everything:
        return Q()
    agency = Q(organization__isnull=False) & ~Q(role="lead") & within(held)
    return agency | Q(coc_id__in=held.cocs, person=None)


class PartyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Parties of agreements the user may see."""
        agreements = apps.get_model("agreements", "Agreement").objects.visible_to(user).values("pk")
        return self.filter(agreement__in=agreements)


class AgreementQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Your own; and with `view_evidence` those your agency or CoC is party to. A person's agreement at another
        agency stays theirs."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if held.everything:
            return self
        party = Q(person_id=access.person_id) if access.person_id else Q(pk__in=[])
        if held:
            party |= at_their_place(held)
        parties = apps.get_model("agreements", "AgreementParty").objects.filter(party, agreement=OuterRef("pk"))
        return self.filter(Exists(parties))

    def in_force(self, on: dt.date) -> Any:
        """Agreements that bind on a day: signed, effective, not past their last day, not terminated."""
        return self.filter(
            Q(signed_on=None) | Q(signed_on__lte=on),
            Q(ends_on=None) | Q(ends_on__gte=on),
            Q(terminated_on=None) | Q(terminated_on__gt=on),
            effective_on__lte=on,
        )

    def with_standing(self, on: dt.date, *, soon_days: int) -> Any:
        """Annotate `standing` on a day: waiting, in_force, ending_soon, expired or ended."""
        soon = on + dt.timedelta(days=soon_days)
        return self.annotate(
            standing=Case(
                When(terminated_on__lte=on, then=Value("ended")),
                When(ends_on__lt=on, then=Value("expired")),
                When(Q(effective_on__gt=on) | Q(signed_on__gt=on), then=Value("waiting")),
                When(Q(ends_on__lte=soon) | Q(terminated_on__lte=soon), then=Value("ending_soon")),
                default=Value("in_force"),
                output_field=CharField(),
            )
        )

    def outdated(self, on: dt.date) -> Any:
        """Agreements in force whose template has a newer version in effect, annotated with its number (`newer`) and
        whether one of the versions since must be signed by all (`sign_again`)."""
        later = apps.get_model("documents", "DocumentVersion").objects.filter(
            document_id=OuterRef("version__document_id"), number__gt=OuterRef("version__number")
        )
        now = later.filter(state="effective").order_by("-number")
        again = later.filter(must_sign_again=True, state__in=("effective", "superseded"))
        return (
            self.in_force(on)
            .annotate(newer=models.Subquery(now.values("number")[:1]), sign_again=Exists(again))
            .filter(newer__isnull=False)
            .select_related("version")
        )

    def with_party(self, **party: Any) -> Any:
        """Agreements with one party that has all of these: `with_party(role="cho", organization=agency)`."""
        parties = apps.get_model("agreements", "AgreementParty").objects.filter(agreement=OuterRef("pk"), **party)
        return self.filter(Exists(parties))

    def of_agency(self, organization: Any) -> Any:
        """Agreements that bind an agency as itself, not as the HMIS Lead."""
        parties = apps.get_model("agreements", "AgreementParty").objects.exclude(role="lead")
        return self.filter(Exists(parties.filter(organization=organization, agreement=OuterRef("pk"))))

    def for_list(self) -> Any:
        """What one row of the list shows, in a fixed number of queries."""
        return self.select_related("file").prefetch_related(
            models.Prefetch(
                "parties",
                apps.get_model("agreements", "AgreementParty").objects.select_related("coc", "organization", "person"),
            )
        )


class PacketQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Those you are a signer of, once it is your turn; with `view_evidence` those your agency or CoC is party to."""
        access = scopes.of(user)
        held = access.scopes("view_evidence")
        if held.everything:
            return self
        reach = Q(pk__in=[])
        if access.person_id:
            reach |= Q(Exists(_turns_of(access.person_id).filter(packet=OuterRef("pk"))))
        if held:
            parties = apps.get_model("agreements", "PacketParty").objects.filter(
                at_their_place(held), packet=OuterRef("pk")
            )
            reach |= Q(Exists(parties), ~Q(state="draft"))
        return self.filter(reach)

    def out(self) -> Any:
        return self.filter(state__in=("sent", "partly"))

    def for_list(self) -> Any:
        """What one row of the list shows, in a fixed number of queries."""
        model = apps.get_model
        parties = model("agreements", "PacketParty").objects.select_related("coc", "organization", "person")
        signers = model("agreements", "Signer").objects.exclude(state="replaced")
        return self.prefetch_related(models.Prefetch("parties", parties), models.Prefetch("signers", signers))


def _turns_of(person_id: Any) -> Any:
    """Signatures that this person was asked for: nothing shows to a later signer before their turn."""
    candidates = apps.get_model("agreements", "Candidate").objects.filter(
        signer=OuterRef("pk"), person_id=person_id, removed_at=None
    )
    signers = apps.get_model("agreements", "Signer").objects.exclude(state__in=("waiting", "replaced"))
    return signers.filter(Exists(candidates)).exclude(packet__state="draft")


class ByPacketQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        packets = apps.get_model("agreements", "Packet").objects.visible_to(user).values("pk")
        return self.filter(packet__in=packets)


class SignerQuerySet(ByPacketQuerySet):
    def asked_of(self, person_id: Any) -> Any:
        """Signatures this person may give now."""
        return _turns_of(person_id).filter(state="asked", packet__state__in=("sent", "partly"))

    def asked_or_done(self, person_id: Any) -> Any:
        """Signatures this person was asked for, given or refused: they may read what they are about."""
        return _turns_of(person_id)

    def open(self) -> Any:
        """Signatures that are still needed."""
        return self.filter(state__in=("waiting", "asked", "declined"))


class BySignerQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        signers = apps.get_model("agreements", "Signer").objects.visible_to(user).values("pk")
        return self.filter(signer__in=signers)


class CampaignQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Any:
        """Campaigns are the HMIS Lead's. Who signed is asked of their packets."""
        return self if scopes.of(user).scopes("view_documents").everything else self.none()

    def with_numbers(self) -> Any:
        """Annotate `sent` and `signed`: packets that went out, and those all have signed."""
        went = ~Q(packets__state="draft")
        return self.select_related("version__document").annotate(
            sent=models.Count("packets", filter=went),
            signed=models.Count("packets", filter=Q(packets__state="complete")),
        )
