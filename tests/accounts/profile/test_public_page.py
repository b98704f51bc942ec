"""The page that everybody sees."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from marketplace.accounts import services
from marketplace.accounts.models import Skill, SkillLevel
from tests.accounts.profile.uploads import picture
from tests.factories import make_completed_order, make_gig, make_public_review, make_seller


@pytest.fixture
def full(db):
    """A seller who filled in everything, with a service."""
    seller = make_seller(name="青禾品牌")
    profile = seller.profile
    languages = [{"code": "zh", "level": "native"}, {"code": "en", "level": "basic"}]
    services.update_profile(profile=profile, province="浙江", city="杭州", languages=languages)
    services.add_skill(profile=profile, skill=Skill.objects.get(name="插画"), level=SkillLevel.EXPERT)
    services.set_portrait(profile=profile, upload=picture())
    services.create_piece(profile=profile, title="茶馆招牌", uploads=[picture()])
    services.confirm_real_name(user=seller, real_name="林青山")
    make_gig(seller=seller, title="手写招牌一幅")
    return seller


def test_it_shows_what_there_is_and_nothing_private(full, client):
    page = client.get(full.profile.get_absolute_url()).content.decode()
    for shown in ("青禾品牌", "品牌设计", "浙江杭州", "插画", "精通", "英语", "茶馆招牌", "手写招牌一幅", "实名"):
        assert shown in page, shown
    for private in (full.email, full.phone, "林青山"):
        assert private not in page


def test_search_engines_and_chats_get_their_words_and_picture(full, client):
    page = client.get(full.profile.get_absolute_url()).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert data["@type"] == "ProfilePage"
    assert data["mainEntity"]["name"] == "青禾品牌"
    assert data["mainEntity"]["address"]["addressLocality"] == "杭州"
    assert data["mainEntity"]["image"].startswith("http")
    assert 'property="og:image" content="http' in page
    assert '<meta name="description" content="品牌设计 · 浙江杭州' in page


def test_the_english_page_speaks_english(full, client):
    page = client.get("/en" + full.profile.get_absolute_url()).content.decode()
    for shown in ("Hangzhou, Zhejiang", "Illustration", "Member since"):
        assert shown in page, shown


def test_reviews_of_everything_stand_there_page_by_page(full, client):
    from marketplace.reviews.models import Review

    order = make_completed_order(gig=full.gigs.get())
    make_public_review(order, body="招牌挂上了。", seller_body="爽快。")
    assert Review.objects.filter(published_at__isnull=False).count() == 2
    page = client.get(full.profile.get_absolute_url()).content.decode()
    assert "招牌挂上了。" in page
    assert "爽快。" not in page
    assert page.count("手写招牌一幅") >= 2  # the card, and what the review is about


def test_the_cost_of_the_page_does_not_grow_with_the_work_shown(full, django_assert_max_num_queries):
    client, address = Client(), full.profile.get_absolute_url()
    client.get(address)

    def cost() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    before = cost()
    for number in range(5):
        services.create_piece(profile=full.profile, title=f"第{number}件", uploads=[picture(), picture()])
    assert cost() == before


def test_a_buyers_page_says_little(buyer, client):
    page = client.get(buyer.profile.get_absolute_url()).content.decode()
    assert "林小满" in page
    assert 'id="reviews"' not in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_settings_pages_render_in_both_languages(seller, seller_client, language):
    names = ["settings", "portrait", "handle", "skills", "certificates", "availability", "portfolio", "piece_new"]
    with override(language):
        addresses = [reverse(f"accounts:{name}") for name in names]
        steps = ("profile", "skills", "phone", "identity", "service")
        addresses += [reverse("accounts:onboarding", args=[key]) for key in steps]
    for address in addresses:
        assert seller_client.get(address).status_code == 200, address
        assert Client().get(address).status_code == 302, address
