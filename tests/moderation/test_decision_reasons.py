"""Reasons of decisions, as moderators keep them."""

import pytest
from django.forms import modelform_factory

from marketplace.messaging.models import MessageFlag
from marketplace.moderation.models import DecisionReason, Report


@pytest.mark.parametrize("name", ["answer", "answer_en"])
def test_an_answer_is_no_longer_than_what_the_rooms_keep_of_a_decision(name):
    """Filled in without script, a longer one would not fit where reports and messages keep it."""
    most = min(model._meta.get_field("decision").max_length for model in (Report, MessageFlag))
    form = modelform_factory(DecisionReason, fields=[name])
    assert form({name: "长" * most}).is_valid()
    assert not form({name: "长" * (most + 1)}).is_valid()
