"""Staff see the candidates for Select with what they have shown, and decide with words."""

import pytest
from django.urls import reverse

from marketplace.reviews.levels import evaluate_level
from marketplace.reviews.levels.errors import LevelError, LevelErrorCode
from marketplace.reviews.models import SelectionCase, SelectionStatus
from tests.factories import make_finance, make_gig, make_moderator, make_seller
from tests.logins import log_in
from tests.reviews.level_situations import make_reputation

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    seller = make_seller(name="山前工作室")
    make_reputation(seller, "top")
    evaluate_level(user_id=seller.pk)
    return SelectionCase.objects.get(user=seller)


@pytest.fixture
def desk():
    return log_in(make_moderator())


def test_a_candidate_stands_in_the_list_and_on_a_page_of_their_own(case, desk):
    assert "山前工作室" in desk.get(reverse("reviews_candidates")).content.decode()
    gig = make_gig(seller=case.user)
    text = desk.get(reverse("reviews_candidate", args=[case.pk])).content.decode()
    assert "¥80,000" in text
    assert gig.get_absolute_url() in text  # the work that is decided about
    assert case.user.profile.get_absolute_url() in text


def test_choosing_makes_the_seller_select(case, desk):
    desk.post(reverse("reviews_candidate_decide", args=[case.pk]), {"is_chosen": "1", "words": "作品扎实。"})
    case.refresh_from_db()
    assert case.status == SelectionStatus.CHOSEN
    assert case.user.profile.level == "top"
    assert "山前工作室" in desk.get(reverse("reviews_candidates"), {"status": "chosen"}).content.decode()


def test_a_refusal_without_words_says_what_is_missing_and_changes_nothing(case, desk):
    answer = desk.post(reverse("reviews_candidate_decide", args=[case.pk]), {"is_chosen": "0"})
    case.refresh_from_db()
    assert case.status == SelectionStatus.OPEN
    assert answer.status_code == 422
    assert LevelError(LevelErrorCode.WORDS_MISSING).message in answer.content.decode()


def test_finance_does_not_decide_about_levels(case):
    client = log_in(make_finance())
    answer = client.post(reverse("reviews_candidate_decide", args=[case.pk]), {"is_chosen": "1"})
    assert answer.status_code in (302, 403)
    case.refresh_from_db()
    assert case.status == SelectionStatus.OPEN


def test_a_candidate_who_does_not_exist_is_not_found(desk):
    assert desk.get(reverse("reviews_candidate", args=[987654321])).status_code == 404
