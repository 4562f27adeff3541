"""The demonstration's documents: one in every state, one held back by a condition, one open for comments, one in review."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hmislead.demo.story import Story
from hmislead.directory.models import GoverningBody
from hmislead.documents import completeness
from hmislead.documents.models import DocumentVersion
from hmislead.documents.operations import approval, comments, reviews, versions, writing
from hmislead.documents.operations.decisions import ItemData, VoteData, record_decision
from hmislead.documents.operations.legal import record_legal_review
from hmislead.tenancy.operations import change_setting

FILLED_IN = {"lead_email": "hmis@three-rivers.example", "help_url": "https://help.three-rivers.example"}
SAID = (
    ("end_users", "Dana at the front desk", "Say in the first lines whom a client may ask."),
    ("chos", "Harbor House", "Seven years are long. Could paper be kept for five?"),
    ("lived_experience", "Listening session", "“Disclose” is a hard word. Say “share”."),
)


def plan(story: Story) -> None:
    """Everything at the end of the year, dated back: documents are read as they stand."""
    story.at(story.today, lambda: tell(story))


def tell(story: Story) -> None:
    """A draft; one in comment; one submitted; one approved, one with a condition; one in effect after another, whose
    yearly review is done, and one whose review is open; one retired."""
    for key, value in FILLED_IN.items():
        change_setting(key=f"fields.{key}", value=value, by=story.by)
    _draft(story, "data_sharing")
    _in_comment(story, "privacy_notice")
    approval.request_approval(version_id=_submitted(story, "security_plan").pk, by=story.by)
    first = _in_effect(story, _decided(story, "support_policies", 320), 310)
    _in_effect(story, _decided(story, "data_analysis_policies", 310), 300)
    _in_effect(story, _decided(story, "privacy_plan", 150), 140)
    reviews.open_due(story.day(35))
    second = writing.new_version(document_id=first.document_id, by=story.by)
    _in_effect(story, _decide(story, _submit(story, second, "Answers come within one business day."), 25), 15)
    _decided(story, "monitoring_plan", 20)
    _decided(story, "data_quality_plan", 12, conditions=["Name who reports missing values each month."])
    gone = _draft(story, "consultant")
    versions.retire_version(version_id=gone.pk, by=story.by)
    record_legal_review(
        document_id=first.document_id,
        reviewer="County counsel",
        reviewed_on=story.day(40),
        outcome="fits",
        covers="State records law",
        by=story.by,
    )


def _draft(story: Story, kind: str) -> DocumentVersion:
    """From our starting text, as it comes."""
    version: DocumentVersion = writing.create_document(type=kind, by=story.by).versions.get()
    return version


def _submitted(story: Story, kind: str) -> DocumentVersion:
    return _submit(story, _draft(story, kind), "")


def _submit(story: Story, version: DocumentVersion, changes: str) -> DocumentVersion:
    """Every clause that asks for a reviewer is confirmed by the Lead administrator; then it is handed in."""
    for row in completeness.panel(version).rows:
        if row.state == completeness.REVIEW:
            block = version.blocks.filter(standards__contains=[row.standard]).first()
            writing.attest(
                version_id=version.pk, standard=row.standard, block_id=block.pk if block else None, by=story.by
            )
    return versions.submit_version(version_id=version.pk, changes=changes, by=story.by)


def _decided(story: Story, kind: str, ago: int, conditions: Any = ()) -> DocumentVersion:
    return _decide(story, _submitted(story, kind), ago, conditions)


def _decide(story: Story, version: DocumentVersion, ago: int, conditions: Any = ()) -> DocumentVersion:
    """Asked of the first CoC alone, and decided by its body in a meeting so many days ago, all members for it."""
    coc = story.cocs[0]
    approval.request_approval(version_id=version.pk, coc_ids=[coc.pk], by=story.by)
    body = GoverningBody.objects.filter(coc=coc).order_by("pk")[0]
    seats = list(body.members.order_by("pk"))
    record_decision(
        body_id=body.pk,
        met_on=story.day(ago),
        agenda_item="5",
        motion=f"To approve {version}.",
        outcome="conditions" if conditions else "approved",
        items=[ItemData(version.pk)],
        votes=[VoteData(seat.pk, "yes") for seat in seats],
        mover_id=seats[0].pk,
        seconder_id=seats[1].pk,
        conditions=conditions,
        by=story.by,
    )
    return version


def _in_effect(story: Story, version: DocumentVersion, ago: int) -> DocumentVersion:
    approval.make_effective(version_id=version.pk, coc_id=story.cocs[0].pk, effective_from=story.day(ago), by=story.by)
    return version


def _in_comment(story: Story, kind: str) -> None:
    """Open since three days, with one comment answered and two to answer."""
    version = _draft(story, kind)
    period = comments.open_period(
        version_id=version.pk,
        groups=[group for group, _, _ in SAID],
        opens_on=story.day(3),
        closes_on=story.today + dt.timedelta(days=11),
        by=story.by,
    )
    made = [
        comments.add_comment(period_id=period.pk, group=group, text=text, author_name=who, by=story.by)
        for group, who, text in SAID
    ]
    comments.dispose_comment(comment_id=made[2].pk, disposition="accepted", reason="It says “share” now.", by=story.by)
