"""The ways into other languages, in the head, the header, the footer and as an offer."""

from typing import NamedTuple

from django.utils.translation import override

from marketplace.core.templatetags.languages import alternate_links, language_link, language_offers


class Other(NamedTuple):
    code: str = "en"
    label: str = "English"
    url: str = "/en/?a=1&b=2"
    note: str = ""


def test_a_link_names_the_language_in_itself_and_escapes_its_address():
    assert language_link(Other()) == '<a href="/en/?a=1&amp;b=2" hreflang="en"><span lang="en">English</span></a>'
    link = language_link(Other(), "button", with_icon=True)
    assert link.startswith('<a class="button" href=')
    assert "#i-globe" in link


def test_a_link_to_another_page_says_so_and_is_not_followed():
    other = Other(note="还没有英文版")
    hidden, seen = language_link(other), language_link(other, shows_note=True)
    for link in (hidden, seen):
        assert 'rel="nofollow" title="还没有英文版"' in link
    assert '<span class="visually-hidden"> · 还没有英文版</span>' in hidden
    assert "<span> · 还没有英文版</span>" in seen


def test_a_page_is_offered_in_the_words_of_the_other_language_and_only_where_it_is_translated():
    with override("zh-hans"):
        offer = language_offers([Other(), Other(code="fr", note="nothing there")])
    assert offer.count("<template") == 1
    assert "Read this page in English" in offer
    assert 'aria-label="Stay with the page as it is"' in offer
    with override("en"):
        chinese = language_offers([Other("zh-Hans", "简体中文", "/")])
    assert "用简体中文" in chinese or "中文" in chinese
    assert 'lang="zh-Hans"' in chinese


def test_search_engines_are_told_every_language_and_a_default():
    links = alternate_links([Other("zh-Hans", "简体中文", "https://a.example/"), Other(url="https://a.example/en/")])
    assert links == (
        '<link rel="alternate" hreflang="zh-Hans" href="https://a.example/">'
        '<link rel="alternate" hreflang="x-default" href="https://a.example/">'
        '<link rel="alternate" hreflang="en" href="https://a.example/en/">'
    )
    assert alternate_links([]) == ""
