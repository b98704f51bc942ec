"""Strikes: they count for a while, several lead to a suspension, and lifting one takes a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.moderation.models import AdminLog, Strike
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.strikes import give_strike, lift_strike, strikes_in_force, suspension_is_due
from marketplace.notifications.models import Notification
from tests.factories import make_moderator, make_seller, make_user
from tests.moderation.decided import decided

pytestmark = pytest.mark.django_db


def refused(code, act, **arguments):
    before = [sorted(map(repr, model.objects.values())) for model in (Strike, Notification, AdminLog)]
    with pytest.raises(QualityError) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    assert str(refusal.value.message)
    assert [sorted(map(repr, model.objects.values())) for model in (Strike, Notification, AdminLog)] == before


def test_a_strike_is_told_with_its_end_and_is_forgotten_by_time_alone():
    person, staff = make_seller(), make_moderator()
    strike = give_strike(person=person, staff=staff, words="多次留微信号。")
    assert strike.expires_at - strike.given_at == timedelta(days=90)
    told = Notification.objects.get(recipient=person, notice="moderation.strike")
    assert "多次留微信号。" in told.body
    assert told.url == reverse("moderation:decisions")
    assert list(strikes_in_force(person)) == [strike]
    with clock.moved_to(strike.expires_at + timedelta(seconds=1)):
        assert not strikes_in_force(person).exists()
    assert AdminLog.objects.filter(action="strike.give", actor=staff).exists()


def test_from_three_at_once_on_a_suspension_is_due_and_nobody_is_suspended_by_it():
    person, staff = make_seller(), make_moderator()
    for _number in range(2):
        give_strike(person=person, staff=staff, words="违规")
    assert not suspension_is_due(person)
    third = give_strike(person=person, staff=staff, words="违规")
    assert suspension_is_due(person)
    person.refresh_from_db()
    assert person.is_active
    lift_strike(strike_id=third.pk, staff=staff, because="误判")
    assert not suspension_is_due(person)
    set_config(key="moderation.strikes_before_suspension", value=2, reason="test")
    assert suspension_is_due(person)


def test_a_lifted_strike_counts_no_longer_and_its_person_reads_why():
    person, staff = make_seller(), make_moderator()
    strike = give_strike(person=person, staff=staff, words="违规")
    lift_strike(strike_id=strike.pk, staff=staff, because="核实后不属于违规")
    assert not strikes_in_force(person).exists()
    told = Notification.objects.get(recipient=person, notice="moderation.strike_lifted")
    assert "核实后不属于违规" in told.body
    refused(QualityErrorCode.STRIKE_IS_OVER, lift_strike, strike_id=strike.pk, staff=staff, because="再一次")


def test_lifting_takes_a_reason_and_giving_takes_words():
    person, staff = make_seller(), make_moderator()
    strike = give_strike(person=person, staff=staff, words="违规")
    refused(QualityErrorCode.LIFT_REASON_MISSING, lift_strike, strike_id=strike.pk, staff=staff, because="  ")
    refused(QualityErrorCode.STRIKE_WORDS_MISSING, give_strike, person=person, staff=staff, words=" \r\n ")


def test_nobody_gives_or_lifts_their_own():
    staff, other = make_moderator(), make_moderator()
    refused(QualityErrorCode.STRIKE_OWN, give_strike, person=staff, staff=staff, words="违规")
    strike = give_strike(person=staff, staff=other, words="违规")
    refused(QualityErrorCode.STRIKE_OWN, lift_strike, strike_id=strike.pk, staff=staff, because="误判")


def test_a_strike_that_ran_out_cannot_be_lifted():
    person, staff = make_user(), make_moderator()
    strike = give_strike(person=person, staff=staff, words="违规")
    with clock.moved_to(strike.expires_at + timedelta(days=1)):
        refused(QualityErrorCode.STRIKE_IS_OVER, lift_strike, strike_id=strike.pk, staff=staff, because="误判")


def test_a_warning_of_the_queue_is_one_strike_told_once():
    person = make_seller()
    decision = decided(person=person)
    assert strikes_in_force(person).get().decision == decision
    notices = set(Notification.objects.filter(recipient=person).values_list("notice", flat=True))
    assert "moderation.decision" in notices
    assert "moderation.strike" not in notices
