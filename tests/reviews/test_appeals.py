"""Whom a decision concerns asks a person to look again, is answered in time, and gets back what was theirs."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from marketplace.core import clock
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.orders.models import Order
from marketplace.reviews import appeals, services
from marketplace.reviews.appeal_own_data import AppealsSection
from marketplace.reviews.errors import AppealError, AppealErrorCode
from marketplace.reviews.models import (
    AppealKind,
    AppealStatus,
    IntegrityCase,
    IntegrityMember,
    MaskedPart,
    MaskGround,
    ReputationAppeal,
    Review,
    ReviewMask,
)
from tests.factories import make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
SAYS, WHY = "交付的文件打不开，三天没有回复。", "这里没有辱骂任何人。"


@pytest.fixture
def mask(order, buyer, seller):
    review = Review.objects.create(
        order=order, gig=order.gig, side="buyer", author=buyer, subject=seller, stars=2, body=SAYS,
        published_at=order.completed_at,
    )  # fmt: skip
    return services.mask_review(
        review_id=review.pk, part=MaskedPart.BODY, ground=MaskGround.INSULT, words="辱骂。", staff=make_moderator()
    )


def ask(user, kind, words=WHY, **about):
    return appeals.open_appeal(user=user, kind=kind, words=words, **about)


def answer(appeal, staff, *, upheld=True, words="已重新查看。"):
    return appeals.decide_appeal(appeal_id=appeal.pk, staff=staff, upheld=upheld, answer=words)


def everything():
    return [
        sorted(map(repr, model.objects.values())) for model in (ReputationAppeal, ReviewMask, Notification, AdminLog)
    ]


def refused(code, act, *arguments, **named):
    before = everything()
    with pytest.raises(AppealError) as refusal:
        act(*arguments, **named)
    assert refusal.value.code == code
    assert everything() == before


def test_an_appeal_that_was_right_shows_the_words_again(mask, buyer):
    appeal, staff = ask(buyer, AppealKind.MASK, mask=mask), make_moderator()
    assert answer(appeal, staff, words="没有辱骂，恢复显示。")
    appeal.refresh_from_db()
    assert (appeal.status, appeal.decided_by, appeal.answer) == (AppealStatus.UPHELD, staff, "没有辱骂，恢复显示。")
    assert Review.objects.get().body == SAYS
    told = Notification.objects.get(recipient=buyer, notice="appeals.upheld")
    assert "没有辱骂，恢复显示。" in told.body
    assert told.url == reverse("reviews:appeal", args=[appeal.pk])
    # Who asked hears it once, the other side too.
    lifted = Notification.objects.filter(notice="appeals.mask_lifted")
    assert [line.recipient_id for line in lifted] == [mask.review.order.seller_id]
    line = AdminLog.objects.get(action="appeal.upheld")
    assert (line.actor, line.subject, line.data["kind"]) == (staff, buyer, "mask")


def test_one_that_was_not_changes_nothing_and_is_answered_once(mask, buyer):
    appeal, staff = ask(buyer, AppealKind.MASK, mask=mask), make_moderator()
    assert answer(appeal, staff, upheld=False)
    assert not answer(appeal, make_moderator(), upheld=True)
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.DISMISSED
    assert Review.objects.get().body == ""
    assert Notification.objects.filter(recipient=buyer, notice="appeals.dismissed").count() == 1
    refused(AppealErrorCode.ALREADY_ANSWERED, ask, buyer, AppealKind.MASK, mask=mask)


def test_an_appeal_is_due_in_five_working_days(mask, buyer, monkeypatch):
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr(clock, "now", lambda: friday)
    assert ask(buyer, AppealKind.MASK, mask=mask).due_at == friday + timedelta(days=7)


def test_only_whom_it_concerns_may_ask(mask, buyer, seller, stranger, order):
    case = IntegrityCase.objects.create(
        status="confirmed",
        score=200,
        circle="0" * 64,
        opened_at=clock.now(),
        due_at=clock.now(),
        decided_at=clock.now(),
    )
    IntegrityMember.objects.create(case=case, user=seller)
    for person in (seller, stranger):
        refused(AppealErrorCode.NOT_YOURS, ask, person, AppealKind.MASK, mask=mask)
    for person in (buyer, stranger):
        refused(AppealErrorCode.NOT_YOURS, ask, person, AppealKind.EVENT, order=order)
        refused(AppealErrorCode.NOT_YOURS, ask, person, AppealKind.INTEGRITY, case=case)
        refused(AppealErrorCode.NOT_YOURS, ask, person, AppealKind.LEVEL)
    refused(AppealErrorCode.NOT_YOURS, ask, buyer, AppealKind.MASK)
    for about in ({"kind": AppealKind.EVENT, "order": order}, {"kind": AppealKind.INTEGRITY, "case": case}):
        assert ask(seller, **about).status == AppealStatus.OPEN
    assert ask(seller, AppealKind.LEVEL).order is None


def test_there_has_to_be_a_decision(mask, buyer, seller, order):
    case = IntegrityCase.objects.create(score=200, circle="0" * 64, opened_at=clock.now(), due_at=clock.now())
    IntegrityMember.objects.create(case=case, user=seller)
    refused(AppealErrorCode.NOTHING_DECIDED, ask, seller, AppealKind.INTEGRITY, case=case)
    Order.objects.filter(pk=order.pk).update(status="in_progress", completed_at=None)
    refused(AppealErrorCode.NOTHING_DECIDED, ask, seller, AppealKind.EVENT, order=Order.objects.get(pk=order.pk))
    services.lift_mask(mask_id=mask.pk, staff=make_moderator(), words="恢复")
    mask.refresh_from_db()
    refused(AppealErrorCode.NOTHING_DECIDED, ask, buyer, AppealKind.MASK, mask=mask)


def test_one_appeal_about_a_thing_is_open_at_a_time_also_in_the_database(seller, monkeypatch):
    first = ask(seller, AppealKind.LEVEL)
    refused(AppealErrorCode.ALREADY_OPEN, ask, seller, AppealKind.LEVEL)
    # Two clicks that both have passed the rule.
    monkeypatch.setattr(appeals, "require_may_appeal", lambda _appeal: None)
    refused(AppealErrorCode.ALREADY_OPEN, ask, seller, AppealKind.LEVEL)
    monkeypatch.undo()
    answer(first, make_moderator(), upheld=False)
    assert ask(seller, AppealKind.LEVEL).pk != first.pk  # a level is decided anew every day


def test_words_and_answers_are_needed(mask, buyer):
    refused(AppealErrorCode.WORDS_MISSING, ask, buyer, AppealKind.MASK, mask=mask, words=" \n")
    refused(AppealErrorCode.WORDS_MISSING, ask, buyer, AppealKind.MASK, mask=mask, words="长" * 1001)
    appeal = ask(buyer, AppealKind.MASK, mask=mask)
    refused(AppealErrorCode.ANSWER_MISSING, answer, appeal, make_moderator(), words=" ")
    refused(AppealErrorCode.ANSWER_MISSING, answer, appeal, make_moderator(), words="长" * 501)


def test_nobody_answers_their_own_or_what_they_decided(mask, buyer, seller):
    appeal = ask(buyer, AppealKind.MASK, mask=mask)
    for person in (buyer, seller, mask.masked_by):
        refused(AppealErrorCode.OWN_DECISION, answer, appeal, person)


def test_each_kind_has_its_effect(seller, order, monkeypatch):
    seen = []
    monkeypatch.setitem(appeals.EFFECTS, AppealKind.EVENT, lambda appeal, staff: seen.append((appeal.pk, staff.pk)))
    staff = make_moderator()
    appeal = ask(seller, AppealKind.EVENT, order=order)
    answer(appeal, staff)
    assert seen == [(appeal.pk, staff.pk)]


# Pages


def test_a_person_asks_by_a_form_and_finds_the_answer(mask, buyer, buyer_client):
    address = f"{reverse('reviews:appeal_new')}?kind=mask&mask={mask.pk}"
    page = buyer_client.get(address).content.decode()
    assert SAYS in page  # one's own words
    assert buyer_client.post(address, {"words": ""}).status_code == 422
    answered = buyer_client.post(address, {"words": WHY})
    appeal = ReputationAppeal.objects.get()
    assert answered.url == reverse("reviews:appeal", args=[appeal.pk])
    assert buyer_client.get(address).url == answered.url  # it waits already
    assert WHY in buyer_client.get(answered.url).content.decode()
    answer(appeal, make_moderator(), upheld=False, words="仍构成侮辱。")
    assert "仍构成侮辱。" in buyer_client.get(answered.url).content.decode()
    assert answered.url in buyer_client.get(reverse("reviews:appeals")).content.decode()
    again = buyer_client.post(address, {"words": WHY})
    assert again.status_code == 422
    assert ReputationAppeal.objects.count() == 1


def test_an_appeal_about_the_level_says_which_and_leads_back(seller_client, seller):
    address = f"{reverse('reviews:appeal_new')}?kind=level"
    page = seller_client.get(address)
    assert page.context["level"] == "new"
    assert f'href="{reverse("reviews:level")}"' in page.content.decode()
    seller_client.post(address, {"words": WHY})
    detail = seller_client.get(reverse("reviews:appeal", args=[ReputationAppeal.objects.get().pk]))
    assert detail.context["level"] == "new"
    assert f'href="{reverse("reviews:level")}"' in detail.content.decode()


def test_what_can_be_asked_about_stands_on_the_page_of_appeals_until_one_has(mask, buyer, buyer_client, seller_client):
    link = f"?kind=mask&amp;mask={mask.pk}"
    assert link in buyer_client.get(reverse("reviews:appeals")).content.decode()
    assert link not in seller_client.get(reverse("reviews:appeals")).content.decode()
    ask(buyer, AppealKind.MASK, mask=mask)
    assert link not in buyer_client.get(reverse("reviews:appeals")).content.decode()


def test_strangers_find_no_form_and_no_appeal(mask, buyer, seller_client, order):
    appeal = ask(buyer, AppealKind.MASK, mask=mask)
    assert seller_client.get(reverse("reviews:appeal", args=[appeal.pk])).status_code == 404
    new = reverse("reviews:appeal_new")
    for query in (
        f"kind=mask&mask={mask.pk}",
        "kind=mask&mask=x",
        "kind=integrity&case=1",
        "kind=event&order=x",
        "kind=?",
    ):
        assert seller_client.get(f"{new}?{query}").status_code == 404
    for query in (f"kind=event&order={order.number}", "kind=level"):
        assert seller_client.get(f"{new}?{query}").status_code == 200


def test_the_desk_shows_the_case_and_takes_the_answer(mask, buyer):
    appeal, staff = ask(buyer, AppealKind.MASK, mask=mask), make_moderator()
    desk = log_in(staff)
    address = reverse("moderation_appeal", args=[appeal.pk])
    assert address in desk.get(reverse("moderation_appeals")).content.decode()
    page = desk.get(address).content.decode()
    assert SAYS in page
    assert WHY in page
    assert AdminLog.objects.filter(action="appeal.read", actor=staff).count() == 1
    assert desk.post(reverse("moderation_appeal_uphold", args=[appeal.pk]), {"answer": ""}).status_code == 422
    decider = log_in(mask.masked_by)
    assert "<textarea" not in decider.get(address).content.decode()  # whom it is not for is told before they write
    refusal = decider.post(reverse("moderation_appeal_uphold", args=[appeal.pk]), {"answer": "我没错"})
    assert refusal.status_code == 422
    desk.post(reverse("moderation_appeal_uphold", args=[appeal.pk]), {"answer": "恢复"})
    assert Review.objects.get().body == SAYS
    assert address in desk.get(reverse("moderation_appeals") + "?decided=1").content.decode()


def test_others_do_not_enter_the_desk(mask, buyer, buyer_client):
    appeal = ask(buyer, AppealKind.MASK, mask=mask)
    for name, arguments in (("moderation_appeals", []), ("moderation_appeal", [appeal.pk])):
        assert buyer_client.get(reverse(name, args=arguments)).status_code == 302
    buyer_client.post(reverse("moderation_appeal_uphold", args=[appeal.pk]), {"answer": "好"})
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.OPEN


def test_the_copy_of_ones_data_has_hidden_words_and_appeals(mask, buyer, seller):
    ask(buyer, AppealKind.MASK, mask=mask)
    tables = {table.name: list(table.rows()) for table in AppealsSection().tables(buyer)}
    assert [row["original"] for row in tables["review_texts_hidden"]] == [SAYS]
    assert [row["words"] for row in tables["appeals"]] == [WHY]
    assert list(AppealsSection().retained(buyer))
    others = {table.name: list(table.rows()) for table in AppealsSection().tables(make_user())}
    assert not any(others.values())
