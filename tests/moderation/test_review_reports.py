"""Reporting a review, and a seller who buys or forces reviews."""

import pytest
from django.urls import reverse

from marketplace.moderation import reports
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.models import AdminLog, Report, ReportReason, ReportStatus
from marketplace.moderation.subjects import Hidden
from marketplace.notifications.models import Notification
from marketplace.reviews.models import MaskedPart, MaskGround, Review, ReviewMask
from tests.factories import make_completed_order, make_gig, make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
SAYS = "他住在幸福路8号，是个骗子。"
INSULT = Hidden(MaskedPart.BODY, MaskGround.INSULT)


@pytest.fixture
def order(buyer, seller):
    return make_completed_order(buyer=buyer, gig=make_gig(seller=seller, title="奶茶店标志"))


@pytest.fixture
def review(order, buyer, seller):
    return Review.objects.create(
        order=order, gig=order.gig, side="buyer", author=buyer, subject=seller, stars=1, body=SAYS,
        published_at=order.completed_at,
    )  # fmt: skip


def report(review, reporter, reason=ReportReason.HARASSMENT, words="点名骂人。"):
    return reports.report_review(review=review, reporter=reporter, reason=reason, words=words)


def press(order, reporter, words="说改成五星就返现20元。"):
    return reports.report_pressure(order=order, reporter=reporter, words=words)


def everything():
    return [sorted(map(repr, model.objects.values())) for model in (Report, Notification, AdminLog, Review, ReviewMask)]


def refused(code, act, *arguments, **named):
    before = everything()
    with pytest.raises(ReportError) as refusal:
        act(*arguments, **named)
    assert refusal.value.code == code
    assert everything() == before


def test_a_review_is_reported_by_a_form_with_reasons_of_its_own(seller_client, seller, review):
    address = reverse("moderation:report_review", args=[review.pk])
    assert address in seller_client.get(review.gig.get_absolute_url()).content.decode()
    assert address in seller_client.get(review.order.get_absolute_url()).content.decode()
    page = seller_client.get(address).content.decode()
    assert 'value="pressure"' in page
    assert 'value="copied"' not in page
    assert seller_client.post(address, {"reason": "copied", "words": "x"}).status_code == 422
    sent = seller_client.post(address, {"reason": "privacy", "words": "写了我的住址。"})
    assert sent.url == f"{review.gig.get_absolute_url()}#reviews"
    stored = Report.objects.get()
    assert (stored.target, stored.reporter, stored.reason) == (review, seller, "privacy")
    assert '<form class="card' not in seller_client.get(address).content.decode()


def test_nobody_reports_what_they_wrote_or_cannot_read(buyer, seller, review, buyer_client):
    refused(ReportErrorCode.OWN_REVIEW, report, review, buyer)
    Review.objects.filter(pk=review.pk).update(reply="骗子是你")
    review.refresh_from_db()
    assert report(review, buyer)  # the reply is somebody else's
    about_buyer = Review.objects.create(
        order=review.order, side="seller", author=seller, subject=buyer, stars=4, published_at=review.published_at
    )
    address = reverse("moderation:report_review", args=[about_buyer.pk])
    assert buyer_client.get(address).status_code == 200
    assert log_in(make_user()).get(address).status_code == 404
    Review.objects.filter(pk=about_buyer.pk).update(published_at=None)
    assert buyer_client.get(address).status_code == 404


def test_upholding_hides_the_part_on_its_ground_and_deletes_nothing(review, seller, buyer):
    moderator, other = make_moderator(), make_user()
    first, second = report(review, seller), report(review, other, reason=ReportReason.PRIVACY)
    decided = reports.uphold_report(report=first, staff=moderator, words="公开他人住址并辱骂。", hidden=INSULT)
    assert decided == [first, second]
    review.refresh_from_db()
    assert (review.body, review.stars) == ("", 1)
    mask = ReviewMask.objects.get()
    assert (mask.original, mask.ground, mask.words) == (SAYS, "insult", "公开他人住址并辱骂。")
    assert Notification.objects.filter(recipient=buyer, notice="appeals.own_text_masked").exists()
    for person in (seller, other):
        assert Notification.objects.filter(recipient=person, notice="appeals.report_upheld_review").count() == 1
    assert AdminLog.objects.filter(action="report.upheld", actor=moderator).exists()


def test_without_a_ground_nothing_is_hidden(review, seller):
    first = report(review, seller)
    refused(ReportErrorCode.GROUND_MISSING, reports.uphold_report, report=first, staff=make_moderator(), words="骂人")


def test_what_is_hidden_already_stays_so(review, seller):
    reports.uphold_report(report=report(review, seller), staff=make_moderator(), words="骂人", hidden=INSULT)
    again = report(review, make_user())
    assert reports.uphold_report(report=again, staff=make_moderator(), words="同上", hidden=INSULT) == [again]
    assert ReviewMask.objects.count() == 1


def test_a_dismissed_report_leaves_the_review_and_says_why(review, seller):
    reports.dismiss_report(report=report(review, seller), staff=make_moderator(), words="是对交付的批评。")
    review.refresh_from_db()
    assert review.body == SAYS
    assert (
        "是对交付的批评。" in Notification.objects.get(recipient=seller, notice="appeals.report_dismissed_review").body
    )


def test_people_of_the_order_decide_nothing_about_it(review, seller, buyer):
    first = report(review, make_user())
    for person in (buyer, seller):
        refused(
            ReportErrorCode.OWN_CASE, reports.uphold_report, report=first, staff=person, words="骂人", hidden=INSULT
        )


def test_the_buyer_reports_pressure_from_the_order(buyer_client, buyer, order, seller_client):
    address = reverse("moderation:report_pressure", args=[order.number])
    assert address in buyer_client.get(order.get_absolute_url()).content.decode()
    assert buyer_client.post(address, {"words": ""}).status_code == 422
    assert buyer_client.post(address, {"words": "好评返现20元。"}).url == order.get_absolute_url()
    stored = Report.objects.get()
    assert (stored.target, stored.reason, stored.words) == (order, "pressure", "好评返现20元。")
    assert seller_client.get(address).status_code == 404
    refused(ReportErrorCode.NOT_YOUR_ORDER, press, order, order.seller)


def test_pressure_that_is_found_is_told_to_the_seller_and_noted_and_no_review_changes(order, review, buyer, seller):
    moderator, about_words = make_moderator(), report(review, seller)
    Report.objects.filter(pk=about_words.pk).update(object_id=review.pk)
    told = press(order, buyer)
    assert reports.uphold_report(report=told, staff=moderator, words="私信要求改评并许诺返现。") == [told]
    review.refresh_from_db()
    assert review.body == SAYS
    assert "私信要求改评" in Notification.objects.get(recipient=seller, notice="appeals.pressure_found").body
    assert Notification.objects.filter(recipient=buyer, notice="appeals.report_upheld_pressure").exists()
    line = AdminLog.objects.get(action="report.upheld")
    assert (line.subject, line.data["about"]) == (seller, "pressure")


def test_pressure_named_at_a_review_is_a_question_of_its_own(review, seller):
    reader = make_user()
    about_words, about_seller = report(review, seller), report(review, reader, reason=ReportReason.PRESSURE)
    reports.uphold_report(report=about_seller, staff=make_moderator(), words="详情页写明好评返现。")
    about_words.refresh_from_db()
    review.refresh_from_db()
    assert (about_words.status, review.body) == (ReportStatus.OPEN, SAYS)
    assert Notification.objects.filter(recipient=seller, notice="appeals.pressure_found").exists()


def test_the_desk_of_reports_decides_about_reviews_and_pressure(review, seller, buyer, order):
    desk = log_in(make_moderator())
    about_words, about_seller = report(review, seller), press(order, buyer)
    listed = desk.get(reverse("moderation_reports")).content.decode()
    for one in (about_words, about_seller):
        assert reverse("moderation_report", args=[one.pk]) in listed
    page = desk.get(reverse("moderation_report", args=[about_words.pk])).content.decode()
    assert SAYS in page
    assert order.number in page
    uphold = reverse("moderation_report_uphold", args=[about_words.pk])
    assert desk.post(uphold, {"words": "骂人"}).status_code == 422
    desk.post(uphold, {"words": "骂人", "part": "body", "ground": "insult"})
    assert ReviewMask.objects.count() == 1
    assert desk.get(reverse("moderation_report", args=[about_seller.pk])).status_code == 200
    desk.post(reverse("moderation_report_uphold", args=[about_seller.pk]), {"words": "返现"})
    about_seller.refresh_from_db()
    assert about_seller.status == ReportStatus.UPHELD


def test_who_has_reported_a_review_already_reads_that_and_finds_back(review, seller_client):
    address = reverse("moderation:report_review", args=[review.pk])
    answer = seller_client.post(address, {"reason": ReportReason.HARASSMENT, "words": "点名骂人。", "link": ""})
    assert answer.status_code == 302
    page = seller_client.get(address)
    assert page.context["is_waiting"]
    assert f'<a class="button button--plain" href="{answer.url}"' in page.content.decode()
