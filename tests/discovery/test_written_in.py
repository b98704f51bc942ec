"""The language a service is described in: said where it is not the reader's, marked for screen readers, asked for by a filter."""

import re

import pytest
from django.urls import reverse

from marketplace.discovery import services
from marketplace.discovery.models import GigDocument
from marketplace.gigs.models import Gig
from tests.factories import make_gig


@pytest.fixture
def gigs(db) -> list[Gig]:
    found = [
        make_gig(title="手绘海报一号"),
        make_gig(title="Hand-drawn poster 海报", language="en"),
        make_gig(title="手绘海报三号"),
    ]
    services.rebuild_index()
    return found


def search(client, language="", **parameters):
    return client.get(f"{language}/search/", {"q": "海报", **parameters})


def test_services_in_another_language_are_counted_and_asked_for(gigs, client):
    (written,) = [one for one in search(client).context["page"].filters.languages if one.key == "written"]
    assert {choice.value: choice.count for choice in written.choices} == {"written:en": 1}
    page = search(client, attr="written:en").context["page"]
    assert [card.gig_id for card, _why in page.cards] == [gigs[1].pk]


def test_chinese_is_no_filter_where_nearly_all_is_chinese(gigs):
    assert GigDocument.objects.get(gig=gigs[0]).attributes == []
    assert GigDocument.objects.get(gig=gigs[1]).attributes == ["written:en"]


def test_a_card_says_in_which_language_its_title_is_read_aloud(gigs, client):
    html = search(client).content.decode()
    assert re.search(r'gig__title[^>]* lang="en"><a[^>]*>Hand-drawn', html)
    assert not re.search(r'gig__title[^>]* lang="zh-Hans"', html)
    html = search(client, "/en").content.decode()
    assert len(re.findall(r'gig__title[^>]* lang="zh-Hans"', html)) == 2
    assert not re.search(r'gig__title[^>]* lang="en"', html)


def test_the_page_of_a_service_says_when_its_words_are_not_in_the_readers_language(gigs, client):
    chinese, english, _third = gigs
    cases = ((chinese, "", False), (chinese, "/en", True), (english, "", True), (english, "/en", False))
    addresses = {gig: reverse("gigs:detail", args=[gig.pk, gig.slug]) for gig in (chinese, english)}
    for gig, prefix, is_foreign in cases:
        html = client.get(prefix + addresses[gig]).content.decode()
        code = "zh-Hans" if gig is chinese else "en"
        assert (f'<h1 lang="{code}">{gig.title}</h1>' in html) == is_foreign
        assert (f'<div class="prose" lang="{code}">' in html) == is_foreign
        head = html.split("gig-page__head")[1].split("</header>")[0]
        assert ("globe" in head) == is_foreign
