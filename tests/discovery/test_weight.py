"""What a page of results weighs: most people read it on a phone, and nothing of it is kept."""

import gzip
import re

from django.urls import reverse

from marketplace.discovery import services
from tests.discovery.test_search import listed
from tests.factories import make_category
from tests.gigs.test_cards import with_cover

# 24 cards with covers in every size, the filters and the skeleton of the page, in Chinese.
PAGE_BYTES = 6_000
# Of one card more: title and address say something new, the rest was said by the card before.
CARD_BYTES = 110

TITLES = "品牌标志全案设计 电商详情页排版 短视频剪辑配字幕 小程序界面原型 宣传海报当天出稿 企业画册与折页"
WORDS = TITLES.split()


def page(client, category, number):
    found = client.get(reverse("discovery:search"), {"category": category.slug, "price_max": 99 + number})
    assert len(found.context["page"].cards) == number
    return found.content


def weight(content):
    return len(gzip.compress(content, compresslevel=6))


def test_a_page_of_results_is_light_and_a_card_more_costs_what_is_new_in_it(client, db):
    posters = make_category(name="海报")
    for number in range(24):
        title = f"{WORDS[number % 6]}，{WORDS[number * 5 % 6][::-1]}{number}号"
        with_cover(listed(title, category=posters, price_fen=(100 + number) * 100), name=f"{number * 397:04}")
    services.rebuild_index()
    many, few = page(client, posters, 24), page(client, posters, 12)
    assert weight(many) < PAGE_BYTES, weight(many)
    assert (weight(many) - weight(few)) / 12 < CARD_BYTES, (weight(many), weight(few))


def test_what_a_page_of_results_says_in_words_is_all_there_and_nothing_is_said_by_blanks_alone(client, db):
    listed("宣传海报", category=make_category(name="海报"), price_fen=10_000)
    services.rebuild_index()
    html = client.get(reverse("discovery:search")).content.decode()
    assert not re.search(r"\n[ \t]", html)
    assert "data:image" not in html
    assert 'aria-label="登录后收藏"' in html
    assert "为什么排在这里" in html
