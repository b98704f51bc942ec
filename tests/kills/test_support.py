"""A process dies while somebody asks support: no empty question waits, escalates and is answered by nobody."""

import pytest

from marketplace.accounts.models import User
from marketplace.messaging.models import Message
from marketplace.messaging.selectors import inbox
from marketplace.support.models import SupportCase
from tests.factories import make_user
from tests.kills.conftest import died
from tests.kills.victim import AFTER, BEFORE, Point
from tests.support.test_cases import ask


def ask_as_the_only_one() -> None:
    ask(User.objects.get())


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_a_process_that_dies_while_somebody_asks_leaves_no_question_without_words(victims, when):
    person = make_user()
    point = Point("marketplace.messaging.services.support:write", when)
    assert died(victims.run("tests.kills.test_support:ask_as_the_only_one", point))
    assert not SupportCase.objects.exists()
    assert not Message.objects.exists()
    assert not inbox(person)
    assert ask(person).conversation.messages.count() == 1
