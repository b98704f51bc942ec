"""What is kept too long is found, said by the command and shown red; what is not is not."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from marketplace.accounts.models import (
    AccountClosing,
    ConsentRecord,
    LimitHit,
    UserVerification,
    VerificationKind,
)
from marketplace.accounts.services import carry_out_closing
from marketplace.accounts.tasks import forget_consents, forget_refusals
from marketplace.core import clock
from marketplace.core.retention import all_rules, proof_of
from marketplace.discovery.models import SearchHistory
from marketplace.gigs.models import Favourite
from marketplace.notifications.models import OutboundChannel, OutboundMessage, PushSubscription
from marketplace.operations import machine
from marketplace.operations.models import EventKind, OperationEvent
from marketplace.operations.signs import Level
from marketplace.operations.tasks import prove_retention
from tests.factories import make_gig, make_user

pytestmark = pytest.mark.django_db


def rule(key):
    return next(one for one in all_rules() if one.key == key)


def overdue():
    return {one.key: found.overdue for one in all_rules() if (found := proof_of(one)).overdue}


def closed(user, *, days_ago=0):
    moment = clock.now() - timedelta(days=days_ago)
    return AccountClosing.objects.create(user=user, asked_at=moment, due_at=moment, done_at=moment)


def test_every_bound_can_be_asked_and_nothing_is_overdue_in_a_house_that_has_just_opened():
    make_gig()
    assert overdue() == {}
    assert sum(len(one.bounds) for one in all_rules()) > 50


def test_a_row_that_its_job_forgot_is_found_with_its_age_and_goes_with_the_job():
    today = timezone.localdate(clock.now())
    LimitHit.objects.create(day=today - timedelta(days=80), limit="login", source="203.0.113.7")
    assert overdue() == {}
    LimitHit.objects.create(day=today - timedelta(days=100), limit="login", source="203.0.113.7")
    found = proof_of(rule("accounts.refusals"))
    assert (found.overdue, timezone.localdate(found.oldest)) == (1, today - timedelta(days=100))
    forget_refusals()
    assert overdue() == {}


def test_a_job_has_a_night_for_it():
    row = OutboundMessage.objects.create(channel=OutboundChannel.SMS, recipient="13800138000", body="1")

    def old(**span):
        OutboundMessage.objects.filter(pk=row.pk).update(
            created_at=clock.now() - timedelta(days=30) - timedelta(**span)
        )
        return overdue()

    assert old(hours=25) == {}
    assert old(hours=27) == {"notifications.letters": 1}


def test_a_search_that_still_knows_who_made_it_is_found():
    row = SearchHistory.objects.create(query="logo", user=make_user(), result_count=3)
    SearchHistory.objects.filter(pk=row.pk).update(created_at=clock.now() - timedelta(days=190))
    assert overdue() == {"discovery.searches": 1}
    SearchHistory.objects.filter(pk=row.pk).update(user=None)
    assert overdue() == {}


def test_what_should_have_gone_with_an_account_is_found():
    person, gig = make_user(email="gone@example.com"), make_gig()
    closing = AccountClosing.objects.create(
        user=person, asked_at=clock.now() - timedelta(days=20), due_at=clock.now() - timedelta(days=10)
    )
    assert overdue() == {"accounts.account": 1}  # it should have been closed by now
    Favourite.objects.create(user=person, gig=gig)
    assert carry_out_closing(closing_id=closing.pk)
    AccountClosing.objects.update(done_at=clock.now() - timedelta(days=9))
    assert overdue() == {}
    Favourite.objects.create(user=person, gig=gig)
    PushSubscription.objects.create(user=person, endpoint="https://push.example/1", p256dh="k", auth="a")
    assert overdue() == {"gigs.kept_services": 1, "accounts.with_the_account": 1}


def test_a_name_of_a_closed_account_is_kept_three_years_and_no_longer():
    person = make_user()
    UserVerification.objects.create(user=person, kind=VerificationKind.REAL_NAME, name_encrypted="…")
    closing = closed(person, days_ago=1000)
    person.phone, person.email = None, ""
    person.save()
    assert overdue() == {}
    closing.done_at = clock.now() - timedelta(days=1100)
    closing.save()
    assert "accounts.names_of_closed_accounts" in overdue()


def test_what_was_agreed_to_goes_three_years_after_the_account():
    gone, still_here = make_user(), make_user()
    for person in (gone, still_here):
        ConsentRecord.objects.create(user=person, document="terms", version="0", given_at=clock.now())
    closing = closed(gone, days_ago=1090)
    assert forget_consents() == 0
    closing.done_at = clock.now() - timedelta(days=1097)
    closing.save()
    kept = ConsentRecord.objects.filter(user=still_here).count()
    assert forget_consents() > 0
    assert not ConsentRecord.objects.filter(user=gone).exists()
    assert ConsentRecord.objects.filter(user=still_here).count() == kept


def test_the_command_says_each_rule_and_ends_with_one_where_something_is_overdue():
    out = StringIO()
    call_command("retention_proof", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert {one["rule"] for one in said} == {one.key for one in all_rules()}
    assert {one["overdue"] for one in said} == {0}
    assert next(one for one in said if one["rule"] == "discovery.searches")["how_long"].startswith("180 days")
    LimitHit.objects.create(day=timezone.localdate(clock.now()) - timedelta(days=100), limit="login", source="a")
    out, errors = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("retention_proof", stdout=out, stderr=errors)
    assert ended.value.code == 1
    line = next(line for line in out.getvalue().splitlines() if line.startswith("accounts.refusals"))
    assert " 1 " in line
    assert "forget_refusals" in line
    assert "1 rows" in errors.getvalue()


def test_the_page_of_operations_is_red_until_it_is_gone():
    def light():
        return machine.care_signals()[3]

    assert light().level == Level.UNKNOWN
    assert prove_retention() == 0
    assert light().level == Level.GOOD
    OperationEvent.objects.filter(kind=EventKind.RETENTION).update(at=timezone.now() - timedelta(hours=27))
    assert light().level == Level.BAD
    LimitHit.objects.create(day=timezone.localdate(clock.now()) - timedelta(days=100), limit="login", source="a")
    assert prove_retention() == 1
    assert light().level == Level.BAD
    assert "accounts.refusals" in light().words
