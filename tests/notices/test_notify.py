"""`notify`: who is told what, on the site and by e-mail, as each person chose."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from hmislead.accounts.models import Membership
from hmislead.errors import DomainError
from hmislead.notices import operations
from hmislead.notices.models import Message, Notice, Outbox, Preference
from hmislead.notices.registry import TYPES, NoticeType, register
from hmislead.tenancy.operations import change_setting
from tests import factories
from tests.notices.conftest import moment

SENTENCE = "Harbor House: Participation agreement, due by 30 June 2025."
pytestmark = pytest.mark.usefixtures("clock")


def tell(*recipients, sentence=SENTENCE, type="requirement_due", **more):
    return operations.notify(type=type, recipients=recipients, sentence=sentence, path="/i/north/agencies/", **more)


def test_a_user_sees_it_on_the_site_and_gets_it_in_the_next_daily_mail(people):
    user = people["cho_lead"]
    tell(user, due_on=dt.date(2025, 6, 30))
    notice = Notice.objects.visible_to(user).get()
    assert (notice.sentence, notice.path, notice.due_on, notice.read_at) == (
        SENTENCE,
        "/i/north/agencies/",
        dt.date(2025, 6, 30),
        None,
    )
    message = Message.objects.get()
    assert (message.type, message.state, message.address) == ("digest", "held", user.email)
    assert message.not_before == moment("2025-06-17T08:00")
    assert Outbox.objects.get().not_before == message.not_before


def test_what_follows_joins_the_same_daily_mail(people):
    user = people["cho_lead"]
    tell(user, due_on=dt.date(2025, 6, 30))
    tell(user, sentence="Harbor House: Contacts, due by 18 June 2025.", due_on=dt.date(2025, 6, 18))
    message = Message.objects.get()
    assert message.subject == "2 things need you at North; the first is due by 18 June 2025"
    assert message.text.index("Contacts") < message.text.index("Participation agreement")
    assert Notice.objects.count() == 2


def test_a_digest_of_another_day_is_another_mail(people, clock):
    tell(people["cho_lead"])
    clock.move_to(moment("2025-06-17T08:00"))
    tell(people["cho_lead"], sentence="Something else.")
    assert [m.not_before for m in Message.objects.order_by("not_before")] == [
        moment("2025-06-17T08:00"),
        moment("2025-06-18T08:00"),
    ]


@pytest.mark.parametrize(
    ("how", "type_", "not_before"),
    [
        ("at_once", "requirement_due", "2025-06-16T10:00"),
        ("daily", "digest", "2025-06-17T08:00"),
        ("weekly", "digest", "2025-06-23T08:00"),
    ],
)
def test_mail_goes_out_as_the_person_chose(people, how, type_, not_before):
    operations.choose(preferences={"requirement_due": how}, by=people["cho_lead"])
    tell(people["cho_lead"])
    message = Message.objects.get()
    assert (message.type, message.not_before) == (type_, moment(not_before))
    assert message.state == ("queued" if how == "at_once" else "held")


def test_who_wants_no_mail_sees_it_on_the_site_alone(people):
    operations.choose(preferences={"requirement_due": "off"}, by=people["cho_lead"])
    tell(people["cho_lead"])
    assert Notice.objects.count() == 1
    assert not Message.objects.exists()


def test_a_preference_is_one_persons_and_one_types(people):
    operations.choose(preferences={"requirement_due": "off"}, by=people["cho_lead"])
    tell(people["neighbour_lead"])
    tell(people["cho_lead"], type="task_opened")
    assert {m.address for m in Message.objects.all()} == {people["neighbour_lead"].email, people["cho_lead"].email}


def test_types_that_are_fixed_cannot_be_turned_off(people):
    with pytest.raises(DomainError):
        operations.choose(preferences={"bulk_reminder": "off"}, by=people["cho_lead"])
    with pytest.raises(DomainError):
        operations.choose(preferences={"requirement_due": "hourly"}, by=people["cho_lead"])
    assert not Preference.objects.exists()


def test_mail_at_once_waits_for_business_hours_and_gathers_what_comes_meanwhile(people, clock):
    clock.move_to(moment("2025-06-14T22:00"))  # Saturday night
    for name in ("first", "second", "third"):
        tell(people["staff"], type="departure", sentence=f"Harbor House: the {name} account must be shut.")
    message = Message.objects.get()
    assert (message.type, message.state, message.not_before) == ("departure", "held", moment("2025-06-16T08:00"))
    assert message.subject == "3 things need you at North"
    assert [item["sentence"].split()[3] for item in message.items] == ["first", "second", "third"]


@pytest.mark.parametrize("state", ["setup", "closed"])
def test_in_setup_and_once_closed_nothing_is_mailed(people, tenant, state):
    tenant.state = state
    tenant.save()
    tell(people["cho_lead"])
    tell(people["cho_lead"], type="departure", not_before=timezone.now() + dt.timedelta(hours=2))
    assert Notice.objects.count() == 1
    assert not Message.objects.exists()
    assert not Outbox.objects.exists()


def test_a_person_without_a_sign_in_is_told_by_mail_alone(tenant, clock):
    person = factories.PersonFactory(email="pat@example.org")
    tell(person)
    message = Message.objects.get()
    assert (message.address, message.person, message.user) == ("pat@example.org", person, None)
    assert not Notice.objects.exists()
    assert "You have no sign-in at North" in message.text
    assert "http" not in message.text


def test_one_human_being_gets_one_mail_whichever_way_they_are_named(people):
    user = people["end_user"]
    tell(user, user.people.get())
    assert Message.objects.count() == Notice.objects.count() == 1


def test_nobody_is_told_who_cannot_be_reached_or_has_left(people, tenant):
    gone = people["auditor"]
    Membership.objects.filter(user=gone, implementation=tenant).delete()
    people["coc_staff"].is_active = False
    people["coc_staff"].save()
    tell(gone, people["coc_staff"], people["outsider"], factories.PersonFactory(email=""))
    assert not Notice.objects.exists()
    assert not Message.objects.exists()


def test_who_caused_it_is_not_told(people):
    tell(people["staff"], people["administrator"], by=people["staff"])
    assert {notice.user for notice in Notice.objects.all()} == {people["administrator"]}


def test_the_same_key_tells_the_same_person_once(people):
    for _ in range(2):
        tell(people["cho_lead"], people["neighbour_lead"], key="task:1")
    assert Notice.objects.count() == 2
    assert all(len(message.items) == 1 for message in Message.objects.all())


def test_a_scheduled_mail_waits_for_its_time_and_shows_nothing_on_the_site(people):
    tell(people["staff"], type="departure", key="departure-clock:x", not_before=moment("2025-06-16T15:00"))
    message = Message.objects.get()
    assert (message.state, message.not_before) == ("held", moment("2025-06-16T15:00"))
    assert not Notice.objects.exists()


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org/", "/\\example.org", "i/north/"])
def test_a_notice_leads_nowhere_but_to_this_site(people, path):
    with pytest.raises(ValueError, match="page of this site"):
        operations.notify(type="requirement_due", recipients=[people["staff"]], sentence="x", path=path)


def test_an_unknown_type_is_a_mistake_of_ours(people):
    with pytest.raises(ValueError, match="no type of notice"):
        tell(people["staff"], type="gossip")


def test_a_type_is_registered_once():
    with pytest.raises(ValueError, match="twice"):
        register(NoticeType("digest", "", "", ""))
    assert TYPES["digest"].label


def test_reading_is_ones_own(people):
    tell(people["staff"], people["administrator"])
    theirs = Notice.objects.get(user=people["administrator"])
    assert operations.mark_read(notice_ids=[theirs.pk], by=people["staff"]) == 0
    assert operations.mark_all_read(by=people["staff"]) == 1
    assert operations.unread_count(people["staff"]) == 0
    assert operations.unread_count(people["administrator"]) == 1


def test_the_leads_own_hours_count(people, tenant):
    change_setting(key="hours.opens", value="13:00", by=people["administrator"])
    operations.choose(preferences={"requirement_due": "at_once"}, by=people["cho_lead"])
    tell(people["cho_lead"])
    assert Message.objects.get().not_before == moment("2025-06-16T13:00")
