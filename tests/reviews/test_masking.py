"""What is unlawful in a review is hidden with its legal ground; stars, date and a tombstone stay, and nothing is deleted."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from marketplace.gigs.models import Gig, GigStats
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.orders.models import Order
from marketplace.reviews import services
from marketplace.reviews.errors import MaskError, MaskErrorCode
from marketplace.reviews.models import MaskedPart, MaskGround, Reputation, Review, ReviewMask, ReviewPicture
from marketplace.reviews.selectors.masks import is_masked, masks_in_force
from tests.factories import make_moderator

pytestmark = pytest.mark.django_db
SAYS, ANSWERS = "这个人是骗子，住在幸福路8号。", "他自己才是骗子。"


@pytest.fixture
def review(order, buyer, seller):
    written = Review.objects.create(
        order=order,
        gig=order.gig,
        side="buyer",
        author=buyer,
        subject=seller,
        stars=2,
        body=SAYS,
        reply=ANSWERS,
        published_at=order.completed_at,
        replied_at=order.completed_at,
    )
    written.ratings.create(aspect="quality", stars=1)
    return written


@pytest.fixture
def moderator(db):
    return make_moderator()


def hide(review, staff, part=MaskedPart.BODY, **changes):
    values = {"ground": MaskGround.INSULT, "words": "点名辱骂他人。"} | changes
    return services.mask_review(review_id=review.pk, part=part, staff=staff, **values)


def everything():
    return [sorted(map(repr, model.objects.values())) for model in (Review, ReviewMask, Notification, AdminLog)]


def refused(code, act, *arguments, **named):
    before = everything()
    with pytest.raises(MaskError) as refusal:
        act(*arguments, **named)
    assert refusal.value.code == code
    assert everything() == before


def section_of(gig):
    context = Context({"request": RequestFactory().get("/"), "gig": Gig.objects.get(pk=gig.pk)})
    return Template("{% load reviews %}{% gig_reviews gig %}").render(context)


def test_words_go_into_the_mask_and_stars_date_and_a_tombstone_stay(review, gig, moderator, buyer_client, client):
    mask = hide(review, moderator)
    review.refresh_from_db()
    assert (review.body, review.reply, review.stars, review.published_at) == ("", ANSWERS, 2, review.order.completed_at)
    assert list(review.ratings.values_list("stars", flat=True)) == [1]
    assert (mask.original, mask.masked_by, mask.ground) == (SAYS, moderator, MaskGround.INSULT)
    shown = section_of(gig)
    assert "幸福路" not in shown
    assert 'class="review"' in shown
    assert str(MaskGround.INSULT.label) in shown
    for page in (client.get(gig.get_absolute_url()), buyer_client.get(review.order.get_absolute_url())):
        words = page.content.decode()
        assert "幸福路" not in words
        assert str(MaskGround.INSULT.label) in words


def test_hiding_changes_no_score(review, seller, gig, moderator):
    figures = (Reputation, GigStats)
    before = [list(model.objects.values()) for model in figures]
    hide(review, moderator)
    assert [list(model.objects.values()) for model in figures] == before


def test_both_sides_are_told_the_ground_and_the_words_and_the_writer_how_to_appeal(review, buyer, seller, moderator):
    mask = hide(review, moderator)
    own = Notification.objects.get(recipient=buyer, notice="appeals.own_text_masked")
    about = Notification.objects.get(recipient=seller, notice="appeals.text_about_one_masked")
    for line in (own, about):
        assert "点名辱骂他人。" in line.body
        assert line.words["ground"]
    assert own.url == f"{reverse('reviews:appeal_new')}?kind=mask&mask={mask.pk}"
    line = AdminLog.objects.get(action="review.masked")
    assert (line.actor, line.subject, line.data["ground"]) == (moderator, buyer, "insult")


def test_the_line_that_quoted_the_review_quotes_it_no_more(order, buyer, seller, moderator):
    written = services.write_review(order_id=order.pk, author=buyer, stars=1, body=SAYS)
    Review.objects.filter(pk=written.pk, published_at=None).update(published_at=order.completed_at)
    hide(written, moderator)
    assert not Notification.objects.filter(recipient=seller, body__contains="幸福路").exists()


def test_the_line_is_found_whatever_the_review_said_when_it_was_told(order, buyer, seller, moderator):
    services.write_review(order_id=order.pk, author=buyer, stars=1, body=SAYS)
    services.write_review(order_id=order.pk, author=seller, stars=5, body="好买家")
    written = Review.objects.get(order=order, author=buyer)
    services.reply_to_review(order_id=order.pk, author=seller, text=ANSWERS)
    Review.objects.filter(pk=written.pk).update(body="说的是别的", reply="也是别的")
    hide(written, moderator)
    hide(written, moderator, MaskedPart.REPLY)
    lines = Notification.objects.filter(recipient__in=(buyer, seller))
    assert not lines.filter(body__contains="骗子").exists()
    assert lines.filter(notice="talk.reviewed", recipient=buyer, body="好买家").exists()  # the other side's words stay
    assert lines.filter(notice="talk.replied", recipient=buyer).exclude(body="").exists()


def test_a_reply_is_hidden_for_itself_and_its_writer_is_the_seller(review, seller, moderator):
    hide(review, moderator, MaskedPart.REPLY)
    review.refresh_from_db()
    assert (review.body, review.reply) == (SAYS, "")
    assert review.replied_at is not None
    assert Notification.objects.filter(recipient=seller, notice="appeals.own_text_masked").exists()
    assert is_masked(review, MaskedPart.REPLY)
    assert not is_masked(review, MaskedPart.BODY)


def test_one_picture_is_hidden_and_the_others_stay(review, moderator):
    one, other = (ReviewPicture.objects.create(review=review, position=number) for number in range(2))
    mask = hide(review, moderator, MaskedPart.PICTURE, picture_id=one.pk, ground=MaskGround.PRIVACY)
    assert list(ReviewPicture.objects.filter(masked_at=None)) == [other]
    refused(MaskErrorCode.ALREADY_HIDDEN, hide, review, moderator, MaskedPart.PICTURE, picture_id=one.pk)
    refused(MaskErrorCode.NOTHING_TO_HIDE, hide, review, moderator, MaskedPart.PICTURE, picture_id=987654321)
    services.lift_mask(mask_id=mask.pk, staff=moderator, words="是服务商自己的作品。")
    assert ReviewPicture.objects.filter(masked_at=None).count() == 2


def test_lifting_puts_the_words_back_and_tells_both(review, buyer, seller, moderator):
    mask = hide(review, moderator)
    services.lift_mask(mask_id=mask.pk, staff=moderator, words="经核实属实。")
    review.refresh_from_db()
    mask.refresh_from_db()
    assert (review.body, mask.lifted_by) == (SAYS, moderator)
    assert mask.lifted_at is not None
    for person in (buyer, seller):
        assert "经核实属实。" in Notification.objects.get(recipient=person, notice="appeals.mask_lifted").body
    assert AdminLog.objects.filter(action="review.unmasked", actor=moderator).exists()
    refused(MaskErrorCode.NOT_HIDDEN, services.lift_mask, mask_id=mask.pk, staff=moderator, words="再说一次")
    assert hide(review, moderator).pk != mask.pk  # what was shown again can be hidden again


def test_what_cannot_be_hidden(review, moderator):
    refused(MaskErrorCode.WORDS_MISSING, hide, review, moderator, words=" \n")
    refused(MaskErrorCode.WORDS_MISSING, hide, review, moderator, words="长" * 301)
    hide(review, moderator)
    refused(MaskErrorCode.ALREADY_HIDDEN, hide, review, moderator)
    Review.objects.filter(pk=review.pk).update(reply="")
    refused(MaskErrorCode.NOTHING_TO_HIDE, hide, review, moderator, MaskedPart.REPLY)
    Review.objects.filter(pk=review.pk).update(reply=ANSWERS, published_at=None)
    refused(MaskErrorCode.NOTHING_TO_HIDE, hide, review, moderator, MaskedPart.REPLY)


def test_staff_of_an_order_decide_nothing_about_its_reviews(review, moderator, order):
    Order.objects.filter(pk=order.pk).update(seller=moderator)
    refused(MaskErrorCode.OWN_ORDER, hide, review, moderator)
    other = make_moderator()
    mask = hide(review, other)
    refused(MaskErrorCode.OWN_ORDER, services.lift_mask, mask_id=mask.pk, staff=moderator, words="我的")


def test_lists_ask_for_masks_once(review, moderator, django_assert_num_queries):
    hide(review, moderator)
    hide(review, moderator, MaskedPart.REPLY)
    with django_assert_num_queries(2):
        (listed,) = Review.objects.prefetch_related(masks_in_force())
        assert is_masked(listed, "body")
        assert is_masked(listed, "reply")
    whole = Review(body="好", reply="", replied_at=None)
    with django_assert_num_queries(0):
        assert not is_masked(whole, "body")
        assert not is_masked(whole, "reply")
    with pytest.raises(ValueError, match="picture"):
        is_masked(whole, "picture")
