"""A notice that is told without one of its words: loud for us, no harm to whoever's order it is about."""

import pytest

from marketplace.notifications import catalogue
from marketplace.notifications.models import Notification
from marketplace.notifications.services import notify
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_missing_word_raises_where_we_look():
    with pytest.raises(KeyError):
        notify(recipient_id=make_user().pk, notice=catalogue.talk.MESSAGE_DENIED, words={"reason": "广告"})


def test_a_missing_word_is_a_gap_in_production_and_an_error_in_the_log(settings, caplog):
    settings.NOTICE_WORDS_ARE_STRICT = False
    line = notify(recipient_id=make_user().pk, notice=catalogue.talk.MESSAGE_DENIED, words={"reason": "广告"})
    assert "…" in line.body
    assert "广告" in line.body
    assert Notification.objects.get().said_body == line.body
    assert "excerpt" in caplog.text


def test_a_notice_says_which_words_it_wants():
    assert catalogue.talk.MESSAGE_DENIED.wants == {"excerpt", "reason"}
    assert not catalogue.talk.REPORT_UPHELD_GIG.wants - {"title"}
