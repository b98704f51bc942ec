"""What the parts of a search result's score are worth: hundredths, read by `discovery.weights`.

The formula and where its numbers come from: facts/search.md, section 6; what differs was measured (docs/search.md).
"""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition

SEARCH_WEIGHTS = tuple(
    ConfigDefinition(f"search.{name}", default, 0, maximum, _("hundredths of 1"), description)
    for name, default, maximum, description in (
        ("title", 100, 300, _("Search: a word in the title is worth")),
        ("tags", 75, 300, _("Search: a word in the tags is worth")),
        ("category", 45, 300, _("Search: a word in the category's name is worth")),
        ("body", 30, 300, _("Search: a word in the description is worth")),
        ("seller", 25, 300, _("Search: a word in the seller's name is worth")),
        ("other_words", 15, 100, _("Search: a second word for the same thing is worth, of its own worth")),
        ("coverage", 75, 100, _("Search: answering only a part of the words costs up to")),
        ("phrase", 35, 200, _("Search: words that stand together add")),
        ("bigrams", 25, 200, _("Search: words that stand together in part add up to")),
        ("names_category", 60, 300, _("Search: naming the category adds")),
        ("names_seller", 250, 500, _("Search: naming the seller adds")),
        ("part_of_seller", 120, 500, _("Search: naming a part of the seller's name adds")),
        ("category_share", 60, 100, _("Search: another category than the leading one costs up to")),
        # The bound that the rules of the market name: quality decides among near-equals only.
        ("quality", 15, 15, _("Search: orders, rating and level raise a result by at most")),
        ("wish", 15, 50, _("Search: a wish in words (cheap, well rated) moves a result by at most")),
        # As far as the law and the rules of the market let a person's own doings go: a nudge. 0 turns it off for everybody.
        (
            "personal",
            6,
            10,
            _("Search: the categories of somebody's own orders and favourites raise a result by at most (0: never)"),
        ),
        ("tail", 12, 50, _("Search: results below this share of the best are left out")),
    )
)
