"""Pages and endpoints: who may open what, what they show, and that lists cost the same however long they are."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from django.urls import reverse

from hmislead.notices import bulk, operations
from hmislead.notices.models import BulkSend, Message, Notice, Preference
from tests.notices.factories import BulkSendFactory, MessageFactory, NoticeFactory, status

ROLES = (
    "administrator",
    "staff",
    "coc_staff",
    "cho_lead",
    "security_officer",
    "neighbour_lead",
    "end_user",
    "auditor",
    "outsider",
)
MEMBERS = set(ROLES) - {"outsider"}
LEAD = {"administrator", "staff"}
# page: (who may open it, does it need a row)
PAGES = {
    "notice-list": (MEMBERS, None),
    "preference-edit": (MEMBERS, None),
    "message-list": (LEAD, None),
    "message-detail": (LEAD, "message"),
    "message-mail": (LEAD, "message"),
    "bulk-list": (LEAD, None),
    "bulk-detail": (LEAD, "bulk"),
    "bulk-edit": (LEAD, "bulk"),
    "bulk-progress": (LEAD, "bulk"),
}
POSTS = {
    "notice-read": MEMBERS,
    "notice-read-all": MEMBERS,
    "message-resend": LEAD,
    "message-cancel": LEAD,
    "bulk-new": LEAD,
    "bulk-send": LEAD,
    "bulk-cancel": LEAD,
}


@pytest.fixture(autouse=True)
def no_second_factor(tenant):
    """A demonstration does not ask administrators for their second factor."""
    tenant.is_demo = True
    tenant.save()


@pytest.fixture
def rows(people):
    return {"message": MessageFactory(), "bulk": BulkSendFactory(state="sent")}


def url(name, row=None):
    return reverse(f"notices:{name}", kwargs={"slug": "north", **({"pk": row.pk} if row else {})})


def api(name, **kwargs):
    return reverse(f"api:{name}", kwargs={"slug": "north", **kwargs})


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_for_every_role(client, people, rows, name, role):
    allowed, kind = PAGES[name]
    client.force_login(people[role])
    answer = client.get(url(name, rows.get(kind)))
    if role == "outsider":
        assert answer.status_code == 404
    elif role in allowed:
        assert answer.status_code in {200, 302}
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", POSTS)
def test_every_change_for_every_role(client, people, rows, name, role):
    kind = name.split("-")[0]
    client.force_login(people[role])
    answer = client.post(url(name, rows[kind] if kind in rows and name != "bulk-new" else None))
    # 409: the roles let them in, and the record's state or an empty choice did not
    expected = {302, 409} if role in POSTS[name] else {404} if role == "outsider" else {403}
    assert answer.status_code in expected


@pytest.mark.parametrize("name", [*PAGES, *POSTS])
def test_nobody_comes_in_without_signing_in(client, rows, name):
    kind = PAGES[name][1] if name in PAGES else name.split("-")[0]
    row = rows.get(kind) if name != "bulk-new" else None
    answer = client.post(url(name, row)) if name in POSTS else client.get(url(name, row))
    assert answer.status_code == 302
    assert "login" in answer.url


def test_ones_own_notices_and_no_others(client, people):
    mine, theirs = (
        NoticeFactory(user=people["staff"]),
        NoticeFactory(user=people["cho_lead"], sentence="Not for staff."),
    )
    client.force_login(people["staff"])
    page = client.get(url("notice-list")).content.decode()
    assert mine.sentence in page
    assert theirs.sentence not in page
    assert client.get(url("notice-open", theirs)).status_code == 404
    client.post(url("notice-read"), {"selected": [theirs.pk]})
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_opening_a_notice_reads_it_and_leads_on(client, people):
    notice = NoticeFactory(user=people["staff"], path="/i/north/notices/preferences/")
    client.force_login(people["staff"])
    answer = client.get(url("notice-open", notice))
    assert (answer.status_code, answer.url) == (302, notice.path)
    notice.refresh_from_db()
    assert notice.read_at


def test_the_bell_counts_what_is_not_read(client, people):
    for _ in range(3):
        NoticeFactory(user=people["staff"])
    client.force_login(people["staff"])
    assert "3 not read" in client.get(url("preference-edit")).content.decode()
    client.post(url("notice-read-all"))
    assert "not read" not in client.get(url("preference-edit")).content.decode()


@pytest.mark.parametrize(
    ("name", "role"), [("notice-list", "staff"), ("message-list", "staff"), ("bulk-list", "staff")]
)
def test_lists_cost_the_same_with_one_row_and_with_three(client, people, agency, name, role, django_assert_num_queries):
    def add():
        NoticeFactory(user=people[role], organization=agency)
        MessageFactory(organization=agency, user=people["cho_lead"])
        BulkSendFactory(drafted_by=people["staff"])

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    add()
    client.force_login(people[role])
    client.get(url(name))
    with CaptureQueriesContext(connection) as one:
        client.get(url(name))
    add()
    add()
    with django_assert_num_queries(len(one)):
        client.get(url(name))


def test_preferences_are_saved_and_shown(client, people):
    client.force_login(people["end_user"])
    form = client.get(url("preference-edit")).context["form"]
    # The others never reach an end user, or cannot be turned off.
    chosen = {
        "requirement_due": "weekly",
        "license_state": "off",
        "packet_moved": "daily",
        "policies_due": "at_once",
        "comments_asked": "daily",
        "comments_closed": "off",
        "case_answered": "at_once",
    }
    assert set(form.fields) == set(chosen)
    answer = client.post(url("preference-edit"), chosen)
    assert answer.status_code == 302
    assert dict(Preference.objects.values_list("type", "how")) == chosen
    assert client.post(url("preference-edit"), {"requirement_due": "hourly"}).status_code == 422


def test_the_log_is_searched_filtered_sorted_and_exported(client, people):
    MessageFactory(subject="A bounced one", state="bounced", trouble="address", address="gone@example.org")
    MessageFactory(subject="A sent one")
    MessageFactory(subject="A draft", state="draft", bulk=BulkSendFactory())
    client.force_login(people["staff"])
    page = client.get(url("message-list")).content.decode()
    assert "A bounced one" in page
    assert "A draft" not in page
    for query in ("q=gone@", "state=bounced", "missed=true", "q=bounced&sort=-sent_at"):
        page = client.get(f"{url('message-list')}?{query}").content.decode()
        assert "A bounced one" in page
        assert "A sent one" not in page
    lines = client.get(f"{url('message-list')}?state=bounced&export=csv").content.decode().splitlines()
    assert len(lines) == 2
    assert "The address was refused" in lines[1]


def test_a_message_is_shown_as_it_is_and_nothing_in_it_can_run(client, people):
    operations.choose(preferences={"departure": "at_once"}, by=people["cho_lead"])
    operations.notify(
        type="departure", recipients=[people["cho_lead"]], sentence="<script>alert(1)</script> & more", path="/i/north/"
    )
    message = Message.objects.get()
    client.force_login(people["staff"])
    assert "&lt;script&gt;" in client.get(url("message-detail", message)).content.decode()
    answer = client.get(url("message-mail", message))
    assert answer.content.decode() == message.html
    assert "<script>" not in message.html
    policy = answer["Content-Security-Policy"]
    style = re.search("<style>(.*?)</style>", message.html, re.DOTALL).group(1)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert "sandbox" in policy
    assert "unsafe" not in policy


def test_from_the_grid_to_the_sent_mail(client, people, agency, tenant):
    status("participation-agreement", agency, "not_met")
    client.force_login(people["staff"])
    answer = client.post(url("bulk-new"), {"selected": [str(agency.pk)]})
    made = BulkSend.objects.get()
    assert answer.url == url("bulk-edit", made)
    words = {"title": "Please sign by 30 June", "text": "Thank you.", "requirements": ["participation-agreement"]}
    answer = client.post(url("bulk-edit", made), words)
    page = client.get(answer.url).content.decode()
    assert "Send 1 message" in page
    assert "Thank you." in page
    answer = client.post(url("bulk-send", made), {"count": "1"}, follow=True)
    assert "1 message is on the way" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "sent"
    assert Message.objects.logged().get().address == people["cho_lead"].email
    assert Notice.objects.get(user=people["cho_lead"]).sentence == "Please sign by 30 June"


def test_all_that_match_means_all_the_filters_let_through(client, people, agency, neighbour):
    client.force_login(people["staff"])
    client.post(url("bulk-new"), {"all_matching": "1", "query": "q=Harbor"})
    assert BulkSend.objects.get().audience["organizations"] == [str(agency.pk)]


def test_the_preview_is_looked_through_mail_by_mail(client, people, agency, neighbour):
    for each in (agency, neighbour):
        status("participation-agreement", each, "not_met")
    made = bulk.draft_bulk(organization_ids=[agency.pk, neighbour.pk], requirements=[], by=people["staff"])
    bulk.preview_bulk(bulk_id=made.pk, by=people["staff"])
    client.force_login(people["staff"])
    first, second = (client.get(f"{url('bulk-detail', made)}?mail={n}").content.decode() for n in (1, 2))
    assert "Mail 1 of 2" in first
    assert people["cho_lead"].email in first
    assert people["neighbour_lead"].email in second


def test_a_refused_form_says_so_and_changes_nothing(client, people, agency):
    made = bulk.draft_bulk(organization_ids=[agency.pk], requirements=[], by=people["staff"], title="As it was")
    client.force_login(people["staff"])
    assert client.post(url("bulk-edit", made), {"title": "", "requirements": []}).status_code == 422
    made.refresh_from_db()
    assert (made.title, made.state) == ("As it was", "drafted")


def test_a_409_leaves_no_write(client, people, agency):
    client.force_login(people["staff"])
    made = bulk.draft_bulk(organization_ids=[agency.pk], requirements=[], by=people["staff"])
    assert client.post(url("bulk-send", made), {"count": "0"}).status_code == 409
    made.refresh_from_db()
    assert made.state == "drafted"
    assert not Message.objects.exists()


def test_the_api_gives_ones_own_notices(client, people):
    mine = NoticeFactory(user=people["cho_lead"])
    theirs = NoticeFactory(user=people["staff"])
    client.force_login(people["cho_lead"])
    assert [row["id"] for row in client.get(f"{api('notices-list')}?unread=true").json()["results"]] == [str(mine.pk)]
    assert client.get(api("notices-detail", pk=theirs.pk)).status_code == 404
    assert client.post(api("notices-read", pk=theirs.pk)).status_code == 404
    assert client.post(api("notices-read", pk=mine.pk)).json()["read_at"]
    assert client.post(api("notices-read-all")).status_code == 204


@pytest.mark.parametrize("role", ROLES)
def test_the_api_gives_the_log_to_the_lead_alone(client, people, role):
    MessageFactory()
    MessageFactory(state="draft", bulk=BulkSendFactory())
    client.force_login(people[role])
    answer = client.get(api("messages-list"))
    assert answer.status_code == (200 if role in LEAD else 404 if role == "outsider" else 403)
    if role in LEAD:
        (row,) = answer.json()["results"]
        assert "html" not in row
        assert row["state"] == "sent"


def test_the_api_sends_again_and_cancels_for_who_may_send(client, people):
    failed, waiting = MessageFactory(state="failed"), MessageFactory(state="queued")
    # Out of business hours it is held until they begin.
    steps = (("messages-resend", failed, {"queued", "held"}), ("messages-cancel", waiting, {"cancelled"}))
    client.force_login(people["monitor"])  # reads the log
    assert {client.post(api(name, pk=row.pk)).status_code for name, row, _ in steps} == {403}
    client.force_login(people["trainer"])
    for name, row, states in steps:
        answer = client.post(api(name, pk=row.pk))
        assert answer.status_code == 200, answer.content
        assert answer.json()["state"] in states
        assert client.post(api(name, pk=row.pk)).status_code == 409


def test_the_home_page_tells_the_lead_of_mail_that_did_not_arrive(rf, people, tenant):
    from hmislead.notices.home import failed_messages

    MessageFactory(state="bounced")
    request = rf.get("/")
    request.implementation = tenant
    request.user = people["staff"]
    (item,) = failed_messages(request)
    assert item.sentence == "1 message did not arrive."
    request.user = people["cho_lead"]
    assert failed_messages(request) == []


@pytest.mark.parametrize("model", [Notice, Preference])
@pytest.mark.parametrize("role", ROLES)
def test_what_is_ones_own_is_nobody_elses(people, model, role):
    for user in people.values():
        model.objects.create(
            user=user, type="requirement_due", **({"how": "off"} if model is Preference else {"path": "/"})
        )
    assert [row.user for row in model.objects.visible_to(people[role])] == [people[role]]


def test_another_implementations_rows_do_not_exist(people, tenant, other_implementation):
    from django.db import connection

    NoticeFactory(user=people["staff"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.implementation', %s, true)", [str(other_implementation.pk)])
    try:
        assert not Notice.objects.exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.implementation', %s, true)", [str(tenant.pk)])
