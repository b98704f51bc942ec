"""Two tabs, an impatient finger, a process that dies: a question is asked once, with its words, or not at all."""

from functools import partial
from uuid import uuid4

import pytest

from marketplace.core.config import set_config
from marketplace.messaging.models import Conversation, Message
from marketplace.support.errors import SupportError
from marketplace.support.models import SupportCase
from tests.databases import together
from tests.support.test_cases import ask

pytestmark = pytest.mark.usefixtures("committed_db")


def test_two_tabs_do_not_ask_one_more_than_is_allowed(buyer):
    set_config(key="support.open_per_person", value=1, reason="试")
    asked = together(*[partial(ask, buyer, subject=f"第{number}个") for number in range(6)])
    assert len([one for one in asked if isinstance(one, SupportCase)]) == 1
    assert len([one for one in asked if isinstance(one, SupportError)]) == 5
    assert SupportCase.objects.count() == Message.objects.count() == Conversation.objects.count() == 1


def test_pressed_twice_at_once_it_is_one_question(buyer):
    asked = together(*[partial(ask, buyer, client_id=uuid4())] * 6)
    assert len(set(asked)) == 1
    assert SupportCase.objects.count() == Message.objects.count() == Conversation.objects.count() == 1
