"""Cases through the API, from report to closing, by the same operations as on the pages; a refusal leaves no write."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from hmislead.access.scopes import ROBOT
from hmislead.tenancy.operations import change_setting
from policies.cases.models import CaseNote, Grievance, Sanction
from policies.cases.operations import grievances, sanctions
from tests import factories
from tests.policies.cases.conftest import days

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(people):
    """`ask(role, path, body)` posts to the API as somebody and gives status and answer."""

    def do(role, path, **body):
        client = APIClient()
        client.force_login(people[role])
        answer = client.post(f"/api/v1/i/north/{path}/", body, format="json")
        return answer.status_code, answer.json()

    return do


def test_a_grievance_from_receipt_to_the_decision_on_its_appeal(ask, people):
    status, made = ask("end_user", "grievances", complainant="user", subject="service", what="Nobody answers.")
    assert status == 201
    at = f"grievances/{made['id']}"
    assert ask("staff", f"{at}/acknowledge", text="Arrived by mail too.")[1]["state"] == "acknowledged"
    assert ask("staff", f"{at}/begin-review")[1]["state"] == "in_review"
    decided = ask("staff", f"{at}/decide", outcome="upheld", decision="We answer within a day now.")
    assert (decided[0], decided[1]["state"]) == (200, "decided")
    assert ask("end_user", f"{at}/rate", satisfaction=2)[1]["satisfaction"] == 2
    assert ask("end_user", f"{at}/appeal", text="Still nobody does.")[1]["state"] == "appealed"
    closed = ask("staff", f"{at}/close", decision="We hired somebody.")[1]
    assert (closed["state"], closed["appeal_decision"]) == ("closed", "We hired somebody.")


@pytest.mark.parametrize(
    ("role", "step", "body", "expected"),
    [
        ("staff", "decide", {"outcome": "upheld"}, 400),
        ("staff", "decide", {"outcome": "maybe", "decision": "Yes."}, 400),
        ("staff", "begin-review", {}, 409),
        ("staff", "appeal", {"text": "Again."}, 409),
        ("end_user", "decide", {"outcome": "upheld", "decision": "Yes."}, 403),
        ("cho_lead", "appeal", {"text": "Again."}, 404),
        ("end_user", "rate", {"satisfaction": 6}, 400),
        ("end_user", "rate", {"satisfaction": 5}, 409),
    ],
)
def test_a_refused_step_of_a_grievance_changes_nothing(ask, people, role, step, body, expected):
    made, _ = grievances.file_grievance(
        complainant="user", subject="service", what="Nobody answers.", by=people["end_user"]
    )
    before = Grievance.objects.values().get(pk=made.pk)
    assert ask(role, f"grievances/{made.pk}/{step}", **body)[0] == expected
    assert Grievance.objects.values().get(pk=made.pk) == before
    assert not CaseNote.objects.exists()


def test_a_sanction_is_changed_approved_noticed_appealed_and_ruled_on(ask, people, propose, classes):
    made = next(each for each in propose("severe") if each.needs_approval)
    at = f"sanctions/{made.pk}"
    changed = ask("staff", f"{at}/change", kind="license_suspension", reason="The first time.", length_days=30)
    assert (changed[0], changed[1]["kind"], changed[1]["length_days"]) == (200, "license_suspension", 30)
    assert ask("staff", f"{at}/notify")[0] == 409, "the approval is missing"
    assert ask("staff", f"{at}/approve", record="By telephone on Monday.")[0] == 403, "an administrator does"
    change_setting(key="mfa.required_roles", value=[], by=ROBOT)
    assert ask("administrator", f"{at}/approve", record="By telephone on Monday.")[1]["approved_on"]
    assert ask("staff", f"{at}/notify")[1]["notified_on"]
    assert ask("end_user", f"{at}/appeal", text="It was not me.")[1]["state"] == "appealed"
    ends_on = factories.TODAY + days(3)
    assert ask("staff", f"{at}/rule", ruling="shortened", text="Half of it is enough.", ends_on="soon")[0] == 400
    ruled = ask("staff", f"{at}/rule", ruling="shortened", text="Half of it is enough.", ends_on=str(ends_on))
    assert (ruled[0], ruled[1]["ruling"], ruled[1]["ends_on"]) == (200, "shortened", str(ends_on))
    assert ask("staff", f"{at}/rule", ruling="stands", text="After all.")[0] == 409


def test_who_may_not_handle_a_sanction_changes_nothing(ask, people, suspend):
    made = suspend()
    before = Sanction.objects.values().get(pk=made.pk)
    for role in ("end_user", "cho_lead"):
        for step, body in (
            ("change", {"kind": "warning", "reason": "No."}),
            ("approve", {"record": "No."}),
            ("rule", {"ruling": "overturned", "text": "No."}),
        ):
            assert ask(role, f"sanctions/{made.pk}/{step}", **body)[0] in {400, 403}
    assert Sanction.objects.values().get(pk=made.pk) == before


def test_what_is_done_about_a_report_is_written_down(ask, people, report):
    assert ask("staff", f"deviations/{report.pk}/review", text="A password was seen.")[0] == 200
    assert ask("staff", f"deviations/{report.pk}/act", text="The password was changed.")[1]["state"] == "action"
    assert ask("staff", f"deviations/{report.pk}/act", text="Again.")[0] == 409
    assert not CaseNote.objects.filter(text="Again.").exists()
    assert sanctions.Sanction.objects.count() == 0
