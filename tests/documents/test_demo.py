"""The demonstration shows a document in every state, a condition that holds one back, and comments to answer."""

from __future__ import annotations

import pytest

from hmislead.demo.story import Story
from hmislead.documents import demo
from hmislead.documents.models import Comment, Condition, DocumentVersion, LegalReview, VersionEffect
from hmislead.tenancy import settings
from tests.documents import approving

pytestmark = pytest.mark.django_db
KINDS = [
    "security_plan",
    "monitoring_plan",
    "data_quality_plan",
    "privacy_plan",
    "support_policies",
    "data_analysis_policies",
]


def test_every_state_is_there(people, coc):
    approving.body(coc, seats=3, approves=KINDS)
    story = Story(today=settings.today(), by=people["administrator"], cocs=[coc])
    demo.tell(story)
    states = set(DocumentVersion.objects.values_list("state", flat=True))
    assert states == set(DocumentVersion.State.values)
    assert set(VersionEffect.objects.values_list("state", flat=True)) == set(VersionEffect.State.values) - {"rejected"}
    assert Condition.objects.filter(cleared_on=None).count() == 1
    assert Comment.objects.filter(disposition="").count() == 2
    assert LegalReview.objects.count() == 1
