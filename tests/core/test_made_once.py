"""What is the same for everybody is made once a minute: for a language, a name and what it is known by."""

import pytest
from django.db import transaction
from django.template import Context, Template, TemplateSyntaxError
from django.utils.translation import override

from marketplace.core import clock, one_page, page_cache, releases
from marketplace.core.made_once import made_once

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch) -> None:
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)


@pytest.fixture
def ask():
    """Ask for it as a page of visitors does; returns how often it was made so far."""
    times: list[int] = []

    def ask(name: str = "test", *, is_for_visitors: bool = True, known_by: object = None, shows: str = "") -> int:
        def make() -> int:
            times.append(1)
            page_cache.shows(*([shows] if shows else []))
            return len(times)

        with one_page.while_one_page_is_made("/test/", is_for_visitors=is_for_visitors):
            made_once(name, make, known_by=known_by)
        return len(times)

    return ask


def test_it_is_made_once_for_each_name_and_what_it_is_known_by(ask):
    assert [ask(), ask(), ask("another"), ask(known_by=[7]), ask(known_by=["7"]), ask(known_by=[7])] == [
        1,
        1,
        2,
        3,
        4,
        4,
    ]


def test_each_language_each_release_and_the_demos_time_have_their_own(ask, monkeypatch):
    assert ask() == 1
    with override("en"):
        assert (ask(), ask()) == (2, 2)
    monkeypatch.setattr(clock, "ahead", lambda: clock.timedelta(days=3))
    assert (ask(), ask()) == (3, 3)
    monkeypatch.setattr("marketplace.core.made_once.of_static_files", lambda: "another")
    assert (ask(), ask()) == (4, 4)
    assert releases.of_static_files() == ""  # of tests, which have no release


@pytest.mark.parametrize("changed", [page_cache.SITE, "gig:7"])
def test_it_is_made_anew_when_what_it_shows_has_changed(ask, changed):
    assert (ask(shows="gig:7"), ask(shows="gig:7")) == (1, 1)
    page_cache.forget(changed)
    assert (ask(shows="gig:7"), ask(shows="gig:7")) == (2, 2)


def test_the_page_that_is_given_it_shows_what_it_shows(ask):
    for _first_and_again in range(2):
        with page_cache.noting() as shown:
            ask(shows="gig:7")
        assert {"gig:7", page_cache.SITE} <= shown.tags


def test_editors_transactions_and_who_edits_templates_have_it_made_each_time(ask, settings):
    assert [ask(is_for_visitors=False), ask(is_for_visitors=False)] == [1, 2]
    with transaction.atomic():
        assert [ask(), ask()] == [3, 4]
    settings.DEBUG = True
    assert [ask(), ask()] == [5, 6]


def draw(text: str, **values) -> str:
    with one_page.while_one_page_is_made("/test/"):
        return Template(text).render(Context(values))


def test_a_part_of_a_template_is_drawn_once_for_its_values():
    text = "{% everybodys test_part year %}{{ words }}{% endeverybodys %}"
    assert draw(text, words="<一>", year=2026) == "&lt;一&gt;"
    assert draw(text, words="二", year=2026) == "&lt;一&gt;"
    assert draw(text, words="二", year=2027) == "二"
    page_cache.forget(page_cache.SITE)
    assert draw(text, words="三", year=2026) == "三"


def test_a_part_without_a_name_is_refused():
    with pytest.raises(TemplateSyntaxError, match="wants a name"):
        Template("{% everybodys %}{% endeverybodys %}")
