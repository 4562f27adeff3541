"""What the directory's requirements ask, each as one queryset of its subjects on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Least

from hmislead.compliance.expressions import AddDays, AddMonths
from hmislead.compliance.registry import Evaluation, by_expiry
from hmislead.directory import models
from hmislead.directory.querysets import running
from hmislead.tenancy.models import Implementation

NO_DATE = Value(None, DateField())


def cases(*whens: tuple[Q, str], default: str) -> Case:
    """The first word whose condition holds."""
    return Case(
        *(When(condition, then=Value(word)) for condition, word in whens),
        default=Value(default),
        output_field=CharField(),
    )


def designated(evaluation: Evaluation, *, kind: str) -> QuerySet[Any]:
    """Per CoC: a designation of the kind runs on the day (24 CFR 578.7(b)(1) and (2))."""
    designation = models.Designation.objects.filter(running(evaluation.as_of), coc=OuterRef("pk"), kind=kind)
    named = designation.values("software" if kind == "software" else "organization__name")[:1]
    found = models.CoC.objects.annotate(
        there=Exists(designation), last_day=Subquery(designation.values("ends_on")[:1]), named=Subquery(named)
    )
    note = Coalesce(F("named"), Value(""))
    return by_expiry(found, evaluation, expires="last_day", exists="there", note=note)


def operating(day: dt.date) -> Q:
    """Projects that operate on a day and were not deleted in the HMIS by then."""
    begun = Q(operating_from=None) | Q(operating_from__lte=day)
    not_over = Q(operating_until=None) | Q(operating_until__gte=day)
    return begun & not_over & (Q(removed_on=None) | Q(removed_on__gt=day))


def participates(day: dt.date, kind: int) -> Exists:
    """For projects: takes part in the HMIS (1) or in a comparable database (2) on a day (HUD 2.08)."""
    periods = models.HMISParticipation.objects.filter(running(day), kind=kind, project=OuterRef("pk"))
    return Exists(periods.filter(Q(removed_on=None) | Q(removed_on__gt=day)))


def comparable_only(day: dt.date) -> Q:
    """For organizations: a victim service provider whose projects, all that operate, are in a comparable database."""
    projects = models.Project.objects.filter(operating(day), organization=OuterRef("pk"))
    return Q(is_vsp=True) & Exists(projects) & ~Exists(projects.exclude(participates(day, 2)))


def active_project(evaluation: Evaluation) -> QuerySet[Any]:
    """Each CHO has a project that operates and takes part in the HMIS, unless it only has access (PAR-01)."""
    day = evaluation.as_of
    projects = models.Project.objects.filter(operating(day), participates(day, 1), organization=OuterRef("pk"))
    chos = models.Organization.objects.chos(day).exclude(comparable_only(day)).annotate(active=Exists(projects))
    return chos.annotate(
        result=cases((Q(is_access_only=True), "not_applicable"), (Q(active=True), "met"), default="not_met"),
        due_on=NO_DATE,
        lapses_on=NO_DATE,
        note=cases(
            (Q(is_access_only=True), "Uses the HMIS without a project of its own"),
            (Q(active=True), ""),
            default="No project takes part in the HMIS",
        ),
    )


def comparable_database(evaluation: Evaluation) -> QuerySet[Any]:
    """Victim service providers that keep a comparable database say so every year (GOV-31..36)."""
    day = evaluation.as_of
    attested = models.ComparableDatabaseAttestation.objects.filter(organization=OuterRef("pk"), attested_on__lte=day)
    standing = Q(closed_on=None) | Q(closed_on__gt=day)
    vsps = models.Organization.objects.filter(comparable_only(day), standing, merged_into=None)
    latest = Subquery(attested.order_by("-attested_on").values("attested_on")[:1])
    months = evaluation.setting("comparable_database.months")
    return by_expiry(vsps.annotate(expires_on=AddMonths(latest, months)), evaluation)


def contacts(evaluation: Evaluation) -> QuerySet[Any]:
    """Each standing CHO names every contact that the setting asks for, each affirmed within the period."""
    day = evaluation.as_of
    wanted = set(evaluation.setting("contacts.required"))
    named = models.Contact.objects.filter(running(day), organization=OuterRef("pk"), function__in=wanted).order_by()
    by_organization = named.values("organization")
    chos = models.Organization.objects.chos(day).annotate(
        functions=Coalesce(Subquery(by_organization.annotate(n=Count("function", distinct=True)).values("n")), 0),
        oldest=_oldest_affirmation(day, wanted),
    )
    expires = Case(
        When(functions__gte=len(wanted), then=AddMonths(F("oldest"), evaluation.setting("contacts.months"))),
        default=NO_DATE,
        output_field=DateField(),
    )
    missing = Value(len(wanted)) - F("functions")
    note = Case(
        When(functions__lt=len(wanted), then=Concat(Cast(missing, CharField()), Value(" contacts are not named"))),
        default=Value(""),
        output_field=CharField(),
    )
    return by_expiry(chos.annotate(expires_on=expires), evaluation, note=note)


def _oldest_affirmation(day: dt.date, wanted: set[str]) -> Any:
    """The affirmation that is due first: over the functions, the oldest of each function's latest."""
    latest = [
        Subquery(
            models.Contact.objects.filter(
                running(day), organization=OuterRef("pk"), function=function, affirmed_on__lte=day
            )
            .order_by("-affirmed_on")
            .values("affirmed_on")[:1]
        )
        for function in sorted(wanted)
    ]
    if not latest:
        return Value(day, DateField())
    return Least(*latest, output_field=DateField()) if len(latest) > 1 else latest[0]


def vsp_license(evaluation: Evaluation) -> QuerySet[Any]:
    """A victim service provider holds no license, or by setting none that may enter data (GOV-32)."""
    allowed = Q(can_write=False) if evaluation.setting("vsp.licenses") == "read_only" else Q(pk__in=[])
    licenses = models.License.objects.living_on(evaluation.as_of).filter(organization__is_vsp=True)
    return licenses.annotate(
        result=cases((allowed, "met"), default="not_met"),
        due_on=NO_DATE,
        lapses_on=NO_DATE,
        note=cases((allowed, "May read, not enter"), default="Victim service providers may not use this license"),
    )


def roster_day(evaluation: Evaluation) -> dt.date | None:
    """The day that the last applied roster speaks of, on or before the day evaluated."""
    rosters = models.ImportBatch.objects.filter(kind="roster", state="applied", facts_on__lte=evaluation.as_of)
    return rosters.aggregate(last=Max("facts_on"))["last"]


def roster_is_fresh(evaluation: Evaluation) -> bool:
    last = roster_day(evaluation)
    return last is not None and last >= evaluation.as_of - dt.timedelta(days=evaluation.setting("roster.fresh_days"))


def recent_use(evaluation: Evaluation) -> QuerySet[Any]:
    """Steps of inactivity since the last sign-in or, if there was none, since activation (SEC-04).

    Locked, then refresher training, then full training. Without a fresh roster nobody's last sign-in is known, so nobody's
    inactivity is judged.
    """
    day = evaluation.as_of
    licenses = models.License.objects.living_on(day).filter(activated_on__lte=day)
    if not roster_is_fresh(evaluation):
        return licenses.annotate(
            result=Value("not_applicable", CharField()),
            due_on=NO_DATE,
            lapses_on=NO_DATE,
            note=Value("No fresh roster tells when this account was last used", CharField()),
        )
    add = AddMonths if evaluation.setting("inactivity.unit") == "months" else AddDays
    since = Coalesce(Greatest("last_sign_in_on", "use_counts_from"), F("activated_on"), output_field=DateField())
    steps = {
        f"{step}_from": add(since, evaluation.setting(f"inactivity.{step}")) for step in ("lock", "refresher", "full")
    }
    found = licenses.annotate(since=since, **steps).annotate(expires_on=AddDays(F("lock_from"), -1))
    note = cases(
        (Q(full_from__lte=day), "Not used for long: full training before returning"),
        (Q(refresher_from__lte=day), "Not used for long: refresher training before returning"),
        (Q(lock_from__lte=day), "Not used for long: the account is locked"),
        default="",
    )
    soon = min(evaluation.due_soon_days, 14)  # a month ahead everybody with a 60-day limit would be due soon
    return by_expiry(found, evaluation, note=note, soon_days=soon)


def roster_fresh(evaluation: Evaluation) -> QuerySet[Any]:
    """The roster of HMIS accounts was compared within the period (SEC-50, ADM-10)."""
    last = roster_day(evaluation)
    fresh_days = evaluation.setting("roster.fresh_days")
    expires = Value(last + dt.timedelta(days=fresh_days) if last else None, DateField())
    note = Value(f"Last roster of {last:%d %B %Y}" if last else "No roster was ever compared", CharField())
    found = Implementation.objects.annotate(expires_on=expires)
    return by_expiry(found, evaluation, none="overdue", note=note, soon_days=min(7, fresh_days - 1))


def administrator_ratio(evaluation: Evaluation) -> QuerySet[Any]:
    """Users with an active license per full-time system administrator, at most as many as the setting says (MGT-21)."""
    day = evaluation.as_of
    positions = models.StaffPosition.objects.filter(running(day), function="system_administrator")
    full_time = positions.aggregate(total=Sum("fte"))["total"]
    users = (
        models.License.objects.living_on(day)
        .filter(activated_on__lte=day)
        .aggregate(n=Count("person", distinct=True))["n"]
    )
    most = evaluation.setting("ratio.users_per_administrator")
    met = bool(full_time) and users <= most * full_time
    note = f"{users} users for {full_time or 0} full-time administrators; at most {most} each"
    return Implementation.objects.annotate(
        result=Value("met" if met else "not_met", CharField()),
        due_on=NO_DATE,
        lapses_on=NO_DATE,
        note=Value(note, CharField()),
    )
