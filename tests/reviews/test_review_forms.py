"""The forms of a review and of a reply: what is refused or warned of comes back whole, and what one agrees to is said."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.core import clock
from marketplace.reviews import selectors, services
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Review, ReviewMask
from marketplace.reviews.selectors import review_filter
from marketplace.safety.models import Level, SensitiveWord
from marketplace.uploads.models import Upload
from marketplace.uploads.states import UploadState
from tests.factories import make_completed_order, make_moderator, make_public_review
from tests.reviews.test_pictures import sent

pytestmark = pytest.mark.django_db

CONTACT = "谢谢支持，下次直接加我微信 wx_qinghe2026"


@pytest.fixture(autouse=True)
def _storages_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def reviewed(order):
    make_public_review(order, body="很快")
    return order


def log_in(user):
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


# Writing


def test_a_text_that_is_too_long_comes_back_whole_with_both_numbers(order, buyer_client):
    address = reverse("reviews:write", args=[order.number])
    assert "maxlength" not in buyer_client.get(address).content.decode().split("<main")[1].split("</form>")[0]
    words = "好" * 1001
    answer = buyer_client.post(address, {"stars": "5", "body": words})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert ReviewError(ReviewErrorCode.TEXT_TOO_LONG, limit=1000, length=1001).message in page
    assert not Review.objects.exists()


def test_a_line_break_is_one_character(order, buyer_client):
    words = "\r\n".join(["好" * 9] * 100) + "好"
    assert (
        buyer_client.post(reverse("reviews:write", args=[order.number]), {"stars": "5", "body": words}).status_code
        == 302
    )
    assert len(Review.objects.get().body) == 1000


def test_a_picture_that_was_refused_in_sight_is_left_out_and_named(order, buyer, buyer_client):
    good, bad = sent(order, buyer, "good.jpg"), sent(order, buyer, "bad.jpg")
    Upload.objects.filter(pk=bad.pk).update(state=UploadState.REJECTED, refusal="picture_unreadable")
    address = reverse("reviews:write", args=[order.number])
    assert "bad.jpg" in buyer_client.get(address).content.decode()
    answer = buyer_client.post(address, {"stars": "5", "sent": [good.key.hex, bad.key.hex]}, follow=True)
    assert Review.objects.get().pictures.count() == 1
    assert "bad.jpg" in answer.content.decode()


def test_what_one_agrees_to_stands_before_the_button(order, buyer_client):
    form = buyer_client.get(reverse("reviews:write", args=[order.number])).content.decode()
    terms, button = form.index("review-terms"), form.index('type="submit"', form.index("<main"))
    with translation.override("zh-hans"):
        blind = translation.gettext(
            "Neither of you reads what the other wrote before both have written, or the time is over. Then both are public."
        )
    assert terms < form.index(blind) < button


def test_who_comes_too_late_is_told_so_where_the_reviews_stand(order, buyer, buyer_client):
    services.write_review(order_id=order.pk, author=buyer, stars=5)
    with clock.moved_to(order.completed_at + timedelta(hours=60)):
        answer = buyer_client.get(reverse("reviews:edit", args=[order.number]), follow=True)
        assert answer.redirect_chain[-1][0] == f"{order.get_absolute_url()}#reviews"
        assert ReviewError(ReviewErrorCode.EDIT_CLOSED, hours=24).message in answer.content.decode()


def test_who_missed_the_window_is_told_although_the_other_side_has_written(order, buyer, seller_client):
    review = services.write_review(order_id=order.pk, author=buyer, stars=5)
    with clock.moved_to(review.publish_at):
        services.publish_due_review(order_id=order.pk)
        answer = seller_client.get(reverse("reviews:write", args=[order.number]), follow=True)
    with translation.override("zh-hans"):
        assert answer.content.decode().count(translation.gettext("The time for a review of this order is over.")) == 2


# Replying


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CONTACT, ReviewErrorCode.REPLY_CONTACT_WARNING),
        ("这类替人代写的事也可以找我", ReviewErrorCode.REPLY_WORDS_WARNING),
    ],
)
def test_a_reply_that_leads_past_the_platform_is_warned_of_once(reviewed, seller, text, code):
    SensitiveWord.objects.create(word="替人代写", level=Level.FLAG)
    with pytest.raises(ReviewError) as refusal:
        services.reply_to_review(order_id=reviewed.pk, author=seller, text=text)
    assert refusal.value.code == code
    assert not Review.objects.exclude(reply="").exists()
    assert services.reply_to_review(order_id=reviewed.pk, author=seller, text=text, confirmed=True).reply == text


def test_the_warning_keeps_the_words_and_a_second_press_publishes_them(reviewed, seller_client):
    address = reverse("reviews:reply", args=[reviewed.number])
    answer = seller_client.post(address, {"text": CONTACT})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert CONTACT in page
    assert "很快" in page  # what is replied to
    assert 'name="confirmed" value="1"' in page
    assert Review.objects.get(side="buyer").reply == ""
    answer = seller_client.post(address, {"text": CONTACT, "confirmed": "1"})
    assert answer.url == f"{reviewed.get_absolute_url()}#reviews"
    assert Review.objects.get(side="buyer").reply == CONTACT


def test_an_empty_and_a_long_reply_come_back_with_what_is_wrong(reviewed, seller_client):
    address = reverse("reviews:reply", args=[reviewed.number])
    answer = seller_client.post(address, {"text": " "})
    assert answer.status_code == 422
    assert str(ReviewError.messages[ReviewErrorCode.EMPTY_REPLY]) in answer.content.decode()
    answer = seller_client.post(address, {"text": "谢" * 1001})
    assert "谢" * 1001 in answer.content.decode()
    assert 'name="confirmed"' not in answer.content.decode()


def test_the_address_of_the_reply_leads_to_the_reviews_of_the_order(reviewed, seller_client):
    address = reverse("reviews:reply", args=[reviewed.number])
    assert seller_client.get(address).url == f"{reviewed.get_absolute_url()}#reviews"


# Around them


def test_the_list_of_orders_says_which_waits_for_a_review(order, buyer, seller, gig, django_assert_num_queries):
    done = make_completed_order(buyer=buyer, gig=gig)
    services.write_review(order_id=done.pk, author=buyer, stars=5)
    with django_assert_num_queries(1):
        assert selectors.waiting_for_review([order, done], buyer) == {order.pk}
    assert selectors.waiting_for_review([order, done], seller) == {order.pk, done.pk}
    with clock.moved_to(order.completed_at + timedelta(days=15)):
        assert selectors.waiting_for_review([order], buyer) == set()
    page = log_in(buyer).get(reverse("orders:list")).content.decode()
    assert page.count("待评价") == 1


def test_a_finished_order_asks_for_the_review_among_what_comes_next(order, buyer, buyer_client):
    def step():
        page = buyer_client.get(order.get_absolute_url()).content.decode()
        return (
            reverse("reviews:write", args=[order.number]) in page.split('class="whatsnext"')[1].split("</section>")[0]
        )

    assert step()
    services.write_review(order_id=order.pk, author=buyer, stars=5)
    assert not step()


def test_whose_words_are_hidden_reads_why_and_where_to_ask_again(reviewed, buyer, seller):
    review = Review.objects.get(side="buyer")
    mask = services.mask_review(
        review_id=review.pk, staff=make_moderator(), part="body", ground="privacy", words="写了别人的住址"
    )
    assert isinstance(mask, ReviewMask)
    appeal = f"{reverse('reviews:appeal_new')}?kind=mask&amp;mask={mask.pk}"
    own, others = (log_in(user).get(reviewed.get_absolute_url()).content.decode() for user in (buyer, seller))
    assert "写了别人的住址" in own
    assert appeal in own
    assert "写了别人的住址" not in others.split('id="reviews"')[1].split("</section>")[0]
    assert appeal not in others


def test_each_filter_counts_what_it_would_leave_beside_the_others(gig):
    for stars in (5, 5, 2):
        make_public_review(make_completed_order(gig=gig), stars=stars)
    section = selectors.reviews_of_gig(gig, wanted=review_filter(QueryDict("review_stars=2")))
    assert dict(section.stars) == {5: 2, 4: 0, 3: 0, 2: 1, 1: 0}
    assert [tier.count for tier in section.tiers] == [1]
    none = selectors.reviews_of_gig(gig, wanted=review_filter(QueryDict("review_stars=2&review_pictures=1")))
    assert sum(count for _stars, count in none.stars) == 0


def test_where_no_review_is_like_that_the_filters_can_be_cleared(gig, client):
    make_public_review(make_completed_order(gig=gig), stars=5)
    page = client.get(f"{gig.get_absolute_url()}?review_stars=1&keep=1").content.decode()
    assert f'id="reviews-clear" href="{gig.get_absolute_url()}?keep=1#reviews-choices"' in page
    assert "reviews-clear" not in client.get(gig.get_absolute_url()).content.decode()
