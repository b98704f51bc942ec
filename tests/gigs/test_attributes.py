"""What a category's gigs are described by: reading, cleaning, naming."""

from django.utils import translation

from marketplace.gigs.attributes import (
    attribute_lines,
    attributes_of,
    clean_attributes,
    forget_attributes,
    missing_attributes,
)
from marketplace.gigs.models import GigAttribute, GigAttributeOption
from tests.factories import make_attribute, make_category, make_gig


def test_a_subcategory_has_its_own_attributes_and_then_its_parents(db):
    parent = make_category()
    logo, other = make_category(parent=parent), make_category(parent=parent)
    make_attribute(parent, "trade", "food", "retail")
    make_attribute(logo, "style", "bold", "plain")
    make_attribute(logo, "file-formats", "ai", "psd")
    make_attribute(other, "pages", "one", "many")

    assert [attribute.key for attribute in attributes_of(logo)] == ["style", "file-formats", "trade"]
    assert [attribute.key for attribute in attributes_of(parent)] == ["trade"]
    assert [option.key for option in attributes_of(logo)[0].options] == ["bold", "plain"]


def test_an_attribute_without_options_is_left_out(db):
    category = make_category()
    GigAttribute.objects.create(category=category, key="empty", name="空", name_en="Empty")

    assert attributes_of(category) == ()


def test_attributes_cost_one_query_and_none_while_they_are_remembered(db, django_assert_num_queries):
    category = make_category(parent=make_category())
    make_attribute(category, "style")
    make_attribute(category.parent, "trade")
    with django_assert_num_queries(1):
        attributes_of(category)
    with django_assert_num_queries(0):
        attributes_of(category)


def test_what_a_parent_changes_is_seen_by_its_subcategories_at_once(db):
    category = make_category(parent=make_category())
    attribute = make_attribute(category.parent, "trade", "food")
    attributes_of(category)

    GigAttributeOption.objects.create(attribute=attribute, key="retail", name="零售", name_en="Retail", sort_order=1)
    forget_attributes([category.parent_id])

    assert [option.key for option in attributes_of(category)[0].options] == ["food", "retail"]


def test_names_are_in_the_language_of_the_page(db):
    category = make_category()
    make_attribute(category, "style", "bold", name="风格", name_en="Style")
    [attribute] = attributes_of(category)

    assert (attribute.name, attribute.options[0].name) == ("风格", "bold名")
    with translation.override("en"):
        assert (attribute.name, attribute.options[0].name) == ("Style", "Bold")


def test_cleaning_drops_what_the_category_does_not_know(db):
    category = make_category(parent=make_category())
    make_attribute(category, "style", "bold", "plain")
    make_attribute(category.parent, "trade", "food")
    raw = {
        "style": ["plain", "unheard-of", "bold", "bold"],
        "trade": "food",
        "colour": ["red"],
        7: ["bold"],
    }

    assert clean_attributes(category, raw) == {"style": ["bold", "plain"], "trade": ["food"]}
    assert clean_attributes(category, {"style": {"bold": 1}, "trade": [None, 3]}) == {}


def test_of_an_attribute_with_one_answer_the_first_that_was_named_is_kept(db):
    category = make_category()
    make_attribute(category, "language", "python", "java", kind="one")

    assert clean_attributes(category, {"language": ["java", "python"]}) == {"language": ["java"]}


def test_missing_are_the_required_attributes_without_an_answer(db):
    category = make_category()
    make_attribute(category, "style", is_required=True)
    make_attribute(category, "trade", is_required=True)
    make_attribute(category, "colour")

    assert [one.key for one in missing_attributes(category, {"trade": ["bold"], "style": []})] == ["style"]


def test_lines_name_what_the_gig_says_in_the_order_of_the_category(db, django_assert_num_queries):
    category = make_category(parent=make_category())
    make_attribute(category, "style", "bold", "plain", name="风格")
    make_attribute(category.parent, "trade", "food", name="行业")
    gig = make_gig(
        category=category,
        attributes={"trade": ["food", "gone"], "style": ["plain", "bold"], "forgotten": ["x"]},
    )

    assert attribute_lines(gig) == [("风格", ["bold名", "plain名"]), ("行业", ["food名"])]
    with django_assert_num_queries(0):
        attribute_lines(gig)
