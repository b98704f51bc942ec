"""What blocks have chosen: nothing is asked for where nothing is, visitors are given what was read before, editors are not."""

import pytest

from cms_pages.choosers import PageChooserBlock, SnippetChooserBlock
from cms_pages.models import StandardPage
from marketplace.core import one_page, page_cache
from tests.factories import make_category, make_gig

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch) -> None:
    """What these tests change is less than a second old when it is read, and would not be kept."""
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)


def test_where_nothing_is_chosen_nothing_is_asked_for(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert PageChooserBlock(required=False).bulk_to_python([None, None]) == [None, None]


def test_the_same_choice_twice_is_two_objects_and_what_is_gone_is_none():
    category = make_category()
    first, nothing, second, gone = SnippetChooserBlock("gigs.GigCategory").bulk_to_python(
        [category.pk, None, category.pk, 987_654]
    )
    assert first == second == category
    assert first is not second
    assert nothing is gone is None


def read_for(is_for_visitors, category):
    with one_page.while_one_page_is_made("/a-page/", is_for_visitors=is_for_visitors):
        return SnippetChooserBlock("gigs.GigCategory").bulk_to_python([category.pk])[0]


def test_visitors_are_given_it_from_the_cache_until_it_changes(django_assert_num_queries):
    category = make_category()
    read_for(True, category)
    with django_assert_num_queries(0):
        assert read_for(True, category).name == category.name
    category.name = "改过的分类"
    category.save()
    assert read_for(True, category).name == "改过的分类"


def test_editors_choose_among_what_stands_in_the_database(django_assert_num_queries):
    category = make_category()
    read_for(True, category)
    with django_assert_num_queries(1):
        read_for(False, category)
    type(category).objects.filter(pk=category.pk).update(name="nobody was told")
    assert read_for(False, category).name == "nobody was told"


def test_of_a_service_nothing_is_remembered(django_assert_num_queries):
    gig = make_gig()
    for _time in range(2):
        with django_assert_num_queries(1), one_page.while_one_page_is_made("/a-page/"):
            assert SnippetChooserBlock("gigs.Gig").bulk_to_python([gig.pk]) == [gig]


def test_migrations_know_them_by_wagtails_names():
    assert PageChooserBlock().deconstruct()[0] == "wagtail.blocks.PageChooserBlock"
    assert StandardPage._meta.get_field("body").stream_block.child_blocks
