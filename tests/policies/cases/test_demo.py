"""The demonstration shows cases in every state."""

from __future__ import annotations

import pytest

from hmislead.compliance.engine import recheck
from hmislead.demo.story import Holder, Story
from hmislead.tenancy import settings
from policies.cases import demo
from policies.cases.models import Deviation, Grievance, Sanction
from policies.cases.operations import ladder
from tests import factories

pytestmark = pytest.mark.django_db


def test_every_state_is_there(people, agency, neighbour):
    made = [factories.LicenseFactory(organization=agency) for _ in range(6)]
    recheck(licenses=[each.pk for each in made])
    ladder.load_shipped(by=people["administrator"])
    holders = [Holder(each.pk, each.person_id, agency.pk, factories.LONG_AGO, "good") for each in made]
    demo.tell(Story(today=settings.today(), by=people["administrator"], chos=[agency, neighbour], holders=holders))
    assert set(Deviation.objects.values_list("state", flat=True)) == set(Deviation.State.values)
    assert set(Sanction.objects.values_list("state", flat=True)) == set(Sanction.State.values)
    assert set(Grievance.objects.values_list("state", flat=True)) == set(Grievance.State.values)
