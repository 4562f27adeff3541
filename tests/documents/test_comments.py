"""Comment periods: who is asked and told, who may say what until when, and what must be answered before submission."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hmislead.access import scopes
from hmislead.access.scopes import ROBOT
from hmislead.documents import comment_notices
from hmislead.documents.models import Comment, CommentPeriod, DocumentVersion
from hmislead.documents.operations import comments, versions
from hmislead.errors import DomainError
from hmislead.jobs.models import Job
from hmislead.notices.models import Notice
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy import settings
from tests import factories
from tests.documents import factories as documents

# Whom a comment period is told to, named by a test or not.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody")]
ALL = ["end_users", "chos", "lived_experience", "committee"]


@pytest.fixture
def draft(coc):
    return documents.version("privacy_notice", title="Privacy notice", state="draft")


def days(number):
    return settings.today() + dt.timedelta(days=number)


def opened(version, *, by=ROBOT, groups=ALL, closes_on=None, **more):
    return comments.open_period(version_id=version.pk, groups=groups, closes_on=closes_on or days(14), by=by, **more)


def said(period, by, group="end_users", text="Say how long.", **more):
    return comments.add_comment(period_id=period.pk, group=group, text=text, by=by, **more)


def url(name, **kwargs):
    return reverse(f"approvals:{name}", kwargs={"slug": "north", **kwargs})


def state(version):
    return DocumentVersion.objects.get(pk=version.pk).state


# Opening and closing


def test_an_open_period_shows_the_draft_to_every_member_until_it_closes(people, draft):
    assert draft not in DocumentVersion.objects.visible_to(people["end_user"])
    period = opened(draft, by=people["staff"])
    assert state(draft) == "in_comment"
    assert draft in DocumentVersion.objects.visible_to(people["end_user"])
    comments.close_period(period_id=period.pk, by=people["staff"])
    assert (state(draft), CommentPeriod.objects.get().closes_on) == ("draft", settings.today())
    assert draft not in DocumentVersion.objects.visible_to(people["end_user"])
    with pytest.raises(DomainError, match="ended on"):
        comments.close_period(period_id=period.pk, by=people["staff"])


@pytest.mark.parametrize("name", ["coc_staff", "cho_lead", "end_user", "auditor"])
def test_only_lead_staff_open_and_close(people, draft, name):
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        opened(draft, by=people[name])
    period = opened(draft)
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        comments.close_period(period_id=period.pk, by=people[name])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"groups": []}, "who is asked"),
        ({"groups": ["everybody"]}, "who is asked"),
        ({"opens_on": 1, "closes_on": 5}, "on its day"),
        ({"closes_on": -1}, "before the first"),
    ],
)
def test_a_period_has_groups_and_days_in_order(people, draft, changes, words):
    with pytest.raises(DomainError, match=words):
        opened(draft, **{key: days(value) if isinstance(value, int) else value for key, value in changes.items()})
    assert state(draft) == "draft"


@pytest.mark.parametrize("known", ["submitted", "approved", "effective", "superseded", "retired"])
def test_only_a_draft_is_commented_on(people, coc, known):
    with pytest.raises(DomainError, match="Only a draft"):
        opened(documents.version(state=known))


def test_one_period_at_a_time_and_a_second_round_after_it(people, draft):
    first = opened(draft)
    with pytest.raises(DomainError, match="already"):
        opened(draft)
    comments.close_period(period_id=first.pk, by=ROBOT)
    with time_machine.travel(dt.datetime.combine(days(1), dt.time(18), dt.UTC)):
        opened(draft)
    assert draft.comment_periods.count() == 2


def test_the_night_after_the_last_day_makes_it_a_draft_and_tells_the_lead_once(people, draft):
    opened(draft, closes_on=days(3))
    assert comments.close_due(days(3)) == 0
    assert comments.close_due(days(4)) == 1
    assert comments.close_due(days(4)) == 0
    assert state(draft) == "draft"
    assert {each.user for each in Notice.objects.filter(type="comments_closed")} == {
        people["staff"],
        people["administrator"],
    }


# Telling


def told(period):
    while comment_notices.tell_next(period.pk):
        pass
    return set(Notice.objects.filter(type="comments_asked").values_list("user", flat=True))


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        (["end_users"], {"end_user", "coc_staff"}),
        (["chos"], {"cho_lead", "neighbour_lead", "coc_staff"}),
        (["lived_experience"], {"coc_staff"}),
        (["committee"], {"body_member", "coc_staff"}),
        (["end_users", "chos"], {"end_user", "cho_lead", "neighbour_lead", "coc_staff"}),
    ],
)
def test_the_groups_that_are_asked_are_told_once(people, draft, groups, names):
    period = opened(draft, groups=groups)
    assert Job.objects.filter(kind=comment_notices.KIND, subject_id=period.pk).count() == 1
    assert told(period) == {people[name].pk for name in names}
    count = Notice.objects.count()
    told(period)
    assert Notice.objects.count() == count


def test_many_are_told_in_portions(people, draft, monkeypatch):
    monkeypatch.setattr(comment_notices, "AT_ONCE", 2)
    period = opened(draft)
    assert comment_notices.tell_next(period.pk) is True
    assert Notice.objects.count() == 2
    assert len(told(period)) == 5


def test_a_period_that_was_closed_tells_nobody(people, draft):
    period = opened(draft)
    comments.close_period(period_id=period.pk, by=ROBOT)
    assert comment_notices.tell_next(period.pk) is False
    assert not Notice.objects.filter(type="comments_asked").exists()


@pytest.mark.parametrize("here", [True, False])
def test_a_private_document_is_told_to_the_staff_of_its_cocs_alone(people, coc, here):
    before = documents.version("vendor", cocs=[coc if here else factories.CoCFactory()])
    period = opened(documents.next_version(before.document, state="draft"))
    assert told(period) == ({people["coc_staff"].pk} if here else set())
    assert CommentPeriod.objects.visible_to(people["coc_staff"]).filter(pk=period.pk).exists() == here


# Commenting


def test_a_comment_has_its_clause_its_author_and_is_read_by_those_who_work_on_it(people, draft):
    period, block = opened(draft), draft.blocks.get()
    made = said(period, people["end_user"], block_id=block.pk)
    assert (made.block, made.author, made.author_name) == (block, people["end_user"], "")
    assert made in Comment.objects.visible_to(people["staff"])
    assert made not in Comment.objects.visible_to(people["cho_lead"])


def test_coc_staff_read_what_was_said_of_documents_for_their_coc_and_count_no_others(client, people, coc):
    """Anywhere else they read the text, say what they think, and read their own words."""
    ours, theirs = documents.version("privacy_notice"), documents.version("privacy_plan", cocs=[factories.CoCFactory()])
    client.force_login(people["coc_staff"])
    for before, here in ((ours, True), (theirs, False)):
        period = opened(documents.next_version(before.document, state="draft"))
        made, own = said(period, people["end_user"]), said(period, people["coc_staff"])
        seen = set(Comment.objects.visible_to(people["coc_staff"]).filter(period=period))
        assert seen == ({made, own} if here else {own})
        assert client.get(url("comment-detail", pk=made.pk)).status_code == (200 if here else 404)
        page = client.get(url("period-detail", pk=period.pk)).content.decode()
        assert ("2 comments" in page) == here


@pytest.mark.parametrize(("day", "fits"), [(14, True), (15, False)])
def test_the_last_day_counts_to_its_midnight_here(tenant, people, draft, day, fits):
    period = opened(draft)
    # 23:30 in New York is the next day in UTC.
    late = dt.datetime.combine(days(day), dt.time(23, 30), tenant.zone)
    with time_machine.travel(late):
        if fits:
            assert said(period, people["cho_lead"], "chos").pk
        else:
            with pytest.raises(ObjectDoesNotExist):
                said(period, people["cho_lead"], "chos")


def test_only_the_lead_writes_down_what_others_said(people, draft):
    period = opened(draft)
    with pytest.raises(PermissionDenied):
        said(period, people["cho_lead"], "chos", author_name="Somebody else")
    assert said(period, people["staff"], "lived_experience", author_name="Listening session").author_name
    comments.close_period(period_id=period.pk, by=ROBOT)
    assert said(period, people["staff"], "lived_experience", author_name="By letter").pk


@pytest.mark.parametrize(
    ("changes", "words"), [({"group": "other"}, "groups that are asked"), ({"text": "  "}, "should be changed")]
)
def test_a_comment_needs_a_group_that_is_asked_and_words(people, draft, changes, words):
    with pytest.raises(DomainError, match=words):
        said(opened(draft), **{"by": people["end_user"], **changes})


def test_a_clause_of_another_version_is_not_there(people, draft):
    strange = documents.version("end_user").blocks.get()
    with pytest.raises(ObjectDoesNotExist):
        said(opened(draft), people["end_user"], block_id=strange.pk)


# Answering


def test_an_answer_has_its_reason_and_day_and_may_be_changed_while_it_is_a_draft(people, draft):
    comment = said(opened(draft), people["end_user"])
    with pytest.raises(DomainError, match="Say why"):
        comments.dispose_comment(comment_id=comment.pk, disposition="rejected", reason=" ", by=people["staff"])
    comments.dispose_comment(comment_id=comment.pk, disposition="accepted", reason="", by=people["staff"])
    comments.dispose_comment(comment_id=comment.pk, disposition="partly", reason="Ten years.", by=people["staff"])
    comment.refresh_from_db()
    assert (comment.disposition, comment.reason, comment.decided_on) == ("partly", "Ten years.", settings.today())
    DocumentVersion.objects.filter(pk=draft.pk).update(state="submitted")
    with pytest.raises(DomainError, match="submitted with its answers"):
        comments.dispose_comment(comment_id=comment.pk, disposition="accepted", reason="", by=people["staff"])


def test_coc_staff_read_comments_and_answer_none(people, coc):
    draft = documents.next_version(documents.version("privacy_notice").document, state="draft")
    comment = said(opened(draft), people["end_user"])
    assert comment in Comment.objects.visible_to(people["coc_staff"])
    with pytest.raises(PermissionDenied):
        comments.dispose_comment(comment_id=comment.pk, disposition="accepted", reason="", by=people["coc_staff"])


# Before submission


def test_nothing_is_submitted_while_people_may_comment_nor_with_open_comments(people, draft):
    period = opened(draft)
    comment = said(period, people["end_user"])
    with pytest.raises(DomainError, match="may comment until"):
        comments.require_commented(DocumentVersion.objects.get(pk=draft.pk))
    comments.close_period(period_id=period.pk, by=ROBOT)
    with pytest.raises(DomainError, match="1 comment has no answer"):
        comments.require_commented(DocumentVersion.objects.get(pk=draft.pk))
    tenancy.change_setting(key="documents.comments_answered", value=False, by=ROBOT)
    comments.require_commented(DocumentVersion.objects.get(pk=draft.pk))
    tenancy.change_setting(key="documents.comments_answered", value=True, by=ROBOT)
    comments.dispose_comment(comment_id=comment.pk, disposition="accepted", reason="", by=ROBOT)
    comments.require_commented(DocumentVersion.objects.get(pk=draft.pk))


def test_a_type_that_is_to_be_commented_on_is_not_submitted_without(people):
    tenancy.change_setting(key="documents.comment_types", value=["consultant"], by=ROBOT)
    draft = documents.version("consultant", state="draft", texts=())
    with pytest.raises(DomainError, match="commented on before it is submitted"):
        comments.require_commented(draft)
    opened(draft, opens_on=days(-30), closes_on=days(-10))
    comments.require_commented(draft)
    assert state(draft) == "draft"


def test_taking_back_and_retiring_end_the_period(people, draft):
    opened(draft)
    versions.take_back(version_id=draft.pk, by=people["staff"])
    assert CommentPeriod.objects.get().closes_on == settings.today()
    assert draft not in DocumentVersion.objects.visible_to(people["end_user"])


# Pages


def test_from_opening_over_a_comment_to_its_answer_on_the_pages(people, client, tenant, draft):
    client.force_login(people["staff"])
    sent = client.post(
        url("period-open", pk=draft.pk), {"closes_on": days(10).isoformat(), "groups": ["end_users", "chos"]}
    )
    period = CommentPeriod.objects.get()
    assert sent.url == url("period-detail", pk=period.pk)
    draft.blocks.update(body="{{implementation.name}} asks {{agency.name}}.")
    client.force_login(people["end_user"])
    page = client.get(reverse("documents:version-detail", kwargs={"slug": "north", "pk": draft.pk})).content.decode()
    assert f"{url('comment-new', pk=period.pk)}?clause=clause-1" in page
    # Fields are read in words by who does not write them.
    assert f"{tenant.name} asks [Name of the agency]." in page
    block = draft.blocks.get()
    answer = client.post(
        url("comment-new", pk=period.pk), {"group": "end_users", "block": block.pk, "text": "Say how long."}
    )
    assert answer.status_code == 302
    comment = Comment.objects.get()
    client.force_login(people["staff"])
    assert "1 comment" in client.get(url("period-detail", pk=period.pk)).content.decode()
    refused = client.post(url("comment-answer", pk=comment.pk), {"disposition": "rejected"})
    assert refused.status_code == 422
    client.post(url("comment-answer", pk=comment.pk), {"disposition": "rejected", "reason": "The law sets it."})
    client.force_login(people["end_user"])
    assert "The law sets it." in client.get(url("comment-detail", pk=comment.pk)).content.decode()
    client.force_login(people["cho_lead"])
    assert client.get(url("comment-detail", pk=comment.pk)).status_code == 404


def test_the_home_pages_say_who_is_asked_and_what_waits_for_an_answer(people, client, draft):
    period = opened(draft, groups=["end_users"])
    home = reverse("compliance:home", kwargs={"slug": "north"})
    client.force_login(people["end_user"])
    assert "is open for your comments" in client.get(home).content.decode()
    client.force_login(people["cho_lead"])
    assert "is open for your comments" not in client.get(home).content.decode()
    said(period, people["end_user"])
    comments.close_period(period_id=period.pk, by=ROBOT)
    client.force_login(people["staff"])
    assert "1 comment waits for its answer." in client.get(home).content.decode()


def test_comments_export_as_they_are_filtered(people, client, draft):
    period = opened(draft)
    first, _ = said(period, people["end_user"], text="Alpha"), said(period, people["cho_lead"], "chos", text="Beta")
    comments.dispose_comment(comment_id=first.pk, disposition="accepted", reason="", by=ROBOT)
    client.force_login(people["staff"])
    shown = b"".join(client.get(url("comment-list") + "?answered=false&export=csv")).decode()
    assert "Beta" in shown
    assert "Alpha" not in shown


@pytest.mark.parametrize("name", ["period-list", "comment-list"])
def test_lists_cost_the_same_for_one_row_and_for_three(people, client, name):
    client.force_login(people["staff"])
    counts = []
    for number in (1, 2):
        for _ in range(number):
            said(opened(documents.version("privacy_notice", state="draft")), people["staff"])
        client.get(url(name))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(url(name))
        counts.append(len(seen))
    assert counts[0] == counts[1]


# API


def test_the_api_opens_comments_answers_and_closes(people, client, draft):
    base = "/api/v1/i/north"
    client.force_login(people["staff"])
    body = {"version": str(draft.pk), "closes_on": days(5).isoformat(), "groups": ["end_users"]}
    made = client.post(f"{base}/comment-periods/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    period = made.json()["id"]
    client.force_login(people["end_user"])
    comment = client.post(
        f"{base}/comments/", {"period": period, "group": "end_users", "text": "Why?"}, content_type="application/json"
    )
    assert comment.status_code == 201, comment.content
    client.force_login(people["staff"])
    answer = client.post(
        f"{base}/comments/{comment.json()['id']}/answer/", {"disposition": "accepted"}, content_type="application/json"
    )
    assert answer.json()["disposition"] == "accepted"
    assert client.post(f"{base}/comment-periods/{period}/close/").json()["closes_on"] == settings.today().isoformat()


def test_a_token_that_was_not_given_ones_own_reads_none_of_ones_own(draft, people):
    user = people["end_user"]
    said(opened(draft), user)
    assert Comment.objects.visible_to(user).count() == 1
    user.token_scopes = {"view_directory"}
    scopes.forget(user)
    assert not Comment.objects.visible_to(user).exists()
