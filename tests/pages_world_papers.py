"""The part of the small implementation of `pages_world` that is about documents, their approval, signing and reading."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from agreements import audiences
from agreements.operations import campaigns
from hmislead.access.scopes import ROBOT
from hmislead.directory import models as directory
from hmislead.documents.models import (
    Citation,
    Comment,
    CommentPeriod,
    Condition,
    Contradiction,
    LibraryClause,
    PublishedCopy,
    RedlineCopy,
    VersionEffect,
)
from hmislead.documents.redlines import ask_redline
from hmislead.quizzes import operations as quizzes
from hmislead.tenancy import settings
from policies import operations as policies
from policies.cases.models import LadderStep, ViolationClass
from policies.cases.operations import deviations, grievances, ladder, sanctions
from policies.models import Acknowledgement, PolicySetting
from tests import factories
from tests.agreements import test_packets as packets
from tests.documents import approving
from tests.documents import factories as documents


def papers(users: dict[str, Any], coc: Any, agency: Any) -> dict[str, Any]:
    """Things by the beginning of the addresses about them."""
    found = _of_documents(users, coc)
    found |= _of_packets(users, agency, coc)
    found |= _of_policies(users, coc)
    return found | _of_cases(users, agency)


def _of_documents(users: dict[str, Any], coc: Any) -> dict[str, Any]:
    staff = users["staff"]
    draft = documents.version("privacy_plan", title="Privacy plan", state="draft", created_by=staff)
    other = documents.version("security_plan", title="Security plan", state="draft", created_by=staff)
    clause = LibraryClause.objects.create(name="Passwords", heading="Passwords", body="We keep them.")
    citation = Citation.objects.create(version=draft, cited=other.document)
    open_now, comment = _of_comments(users["end_user"])
    found = Contradiction.objects.create(
        first=draft.document, second=other.document, conflict="They name two days.", found_on=settings.today()
    )
    committee = approving.body(coc)
    asked = approving.asked(coc, title="Participation agreement, new")
    decided = approving.asked(coc, "end_user", title="End-user agreement, new")
    decision = approving.decide(committee, [decided], by=ROBOT)
    condition = Condition.objects.create(
        effect=VersionEffect.objects.get(version=asked), text="Name the day of the review."
    )
    return {
        "comment-periods/": open_now.pk,
        "comment-periods/open/": draft.pk,
        "comments/": comment.pk,
        "documents/": draft.document_id,
        "documents/legal-reviews/new/": draft.document_id,
        "documents/versions/": draft.pk,
        "documents/clauses/": draft.blocks.first().pk,
        "documents/citations/": citation.pk,
        "documents/contradictions/": found.pk,
        "documents/library/": clause.pk,
        "documents/redlines/": _redline(staff).pk,
        "approvals/": asked.pk,
        "approvals:effect-start": decided.pk,
        "approvals:effect-start coc": coc.pk,
        "conditions/": condition.pk,
        "decisions/": decision.pk,
        "decisions/new/": committee.pk,
    }


def _redline(asker: Any) -> RedlineCopy:
    """What a second version of a policy changes, being made as PDF."""
    second = documents.next_version(documents.version("support_policies", title="Support").document)
    found: RedlineCopy = ask_redline(version_id=second.pk, against=1, language="en", by=asker)
    return found


def _of_comments(author: Any) -> tuple[CommentPeriod, Comment]:
    """A notice that is open for comments, with one of them."""
    version = documents.version("privacy_notice", title="Privacy notice", state="in_comment")
    today = settings.today()
    period = CommentPeriod.objects.create(
        version=version, opens_on=today, closes_on=today + dt.timedelta(days=14), groups=["end_users", "chos"]
    )
    return period, period.comments.create(group="end_users", author=author, text="Say how long it is kept.")


def _of_packets(users: dict[str, Any], agency: Any, coc: Any) -> dict[str, Any]:
    """A draft, one that is out with the end user to sign for the agency, and a campaign."""
    staff = users["staff"]
    lead = directory.Organization.objects.get(roles__role="hmis_lead")
    signer = directory.Person.objects.get(user=users["end_user"])
    for person, whose in ((signer, agency), (factories.PersonFactory(), agency), (factories.PersonFactory(), lead)):
        packets.power(person, organization=whose)
    version = documents.version("participation", title="Participation agreement", cocs=[coc])
    draft = packets.prepare(staff, agency, version=version)
    other = factories.OrganizationFactory(name="Cedar House")
    factories.OrganizationRoleFactory(organization=other)
    packets.power(signer, organization=other)
    packets.power(factories.PersonFactory(), organization=other)
    out = packets.sent(staff, other, version=version)
    campaign = campaigns.create_campaign(
        name="All agencies",
        version_id=version.pk,
        audience=audiences.Audience(),
        deadline_on=settings.today() + dt.timedelta(days=30),
        by=staff,
    )
    asked = out.signers.filter(candidates__person=signer).first()
    return {
        "packets/": out.pk,
        "packets/new/": version.pk,
        "packets/signers/": asked.pk,
        "sign/": asked.pk,
        "agreements:packet-edit": draft.pk,
        "agreements:packet-review": draft.pk,
        "agreements:packet-signers": draft.pk,
        "campaigns/": campaign.pk,
        "campaigns/new/": version.pk,
    }


def _of_policies(users: dict[str, Any], coc: Any) -> dict[str, Any]:
    """A policy in its second version, the first acknowledged by the end user, with a quiz."""
    staff, person = users["staff"], directory.Person.objects.get(user=users["end_user"])
    first = documents.version(
        "policies_procedures", title="Policies", state="superseded", effective_on=factories.LONG_AGO
    )
    second = documents.next_version(first.document, cocs=[coc], effective_on=settings.today())
    for version in (first, second):
        text = f"<p>Text {version.number}</p>"
        PublishedCopy.objects.create(
            version=version, language="en", html=text, sha256=f"{version.number}" * 64, published_at=timezone.now()
        )
    quiz = quizzes.add_quiz(title="Policies", by=staff)
    for text in ("May I share it?", "May I leave it open?"):
        question = quizzes.save_question(quiz_id=quiz.pk, text=text, choices=["Yes", "No"], right=[1], by=staff)
    rule = PolicySetting.objects.create(
        document=first.document, audience=["end_users"], starts_on=factories.LONG_AGO, quiz=quiz
    )
    Acknowledgement.objects.create(
        person=person,
        version=first,
        language="en",
        read_at=timezone.now(),
        read_on=factories.LONG_AGO,
        signed_name=str(person),
        sha256="1" * 64,
    )
    attempt = policies.begin_quiz(version_id=second.pk, by=users["end_user"])
    return {
        "policies/people/": person.pk,
        "policies/read/": second.pk,
        "policies/changes/": second.pk,
        "policies/rules/": rule.pk,
        "quizzes/": quiz.pk,
        "quizzes/questions/": question.pk,
        "quizzes/attempts/": attempt.pk,
    }


def _of_cases(users: dict[str, Any], agency: Any) -> dict[str, Any]:
    """The end user's report and grievance, which is decided; a sanction that is proposed, and one they may appeal."""
    staff, person = users["staff"], directory.Person.objects.get(user=users["end_user"])
    ladder.load_shipped(by=staff)
    report, _ = deviations.report_deviation(what="A password was on a note at a desk.", by=users["end_user"])
    new, _ = grievances.file_grievance(
        complainant="user", subject="service", what="Nobody answers the telephone.", by=users["end_user"]
    )
    done, _ = grievances.file_grievance(
        complainant="user", subject="service", what="Nobody answered my letter.", by=users["end_user"]
    )
    grievances.acknowledge(grievance_id=done.pk, by=staff)
    grievances.begin_review(grievance_id=done.pk, by=staff)
    grievances.decide(grievance_id=done.pk, outcome="upheld", decision="You are right. We answered today.", by=staff)
    made = [
        sanctions.propose(
            violation_class=ViolationClass.objects.get(name="Minor"),
            organization=agency,
            license=person.licenses.filter(organization=agency).first(),
            happened_on=settings.today(),
            summary="A screen was left open.",
            by=staff,
        )[0]
        for _ in range(2)
    ]
    told = sanctions.notify(sanction_id=made[1].pk, by=staff)
    return {
        "cases/deviations/": report.pk,
        "cases/grievances/": new.pk,
        "cases:grievance-appeal": done.pk,
        "cases:grievance-rate": done.pk,
        "cases:grievance-detail": done.pk,
        "cases/sanctions/": made[0].pk,
        "cases:sanction-appeal": told.pk,
        "cases:sanction-detail": told.pk,
        "cases/licenses/": told.license_id,
        "cases/ladder/classes/": ViolationClass.objects.get(name="Minor").pk,
        "cases/ladder/steps/": LadderStep.objects.filter(violation_class__name="Minor").first().pk,
    }
