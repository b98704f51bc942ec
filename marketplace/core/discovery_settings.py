"""What staff may turn about suggestions, saved searches and what is kept of searches (docs/search.md)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.config_definition import ConfigDefinition, Source

DISCOVERY_SETTINGS = (
    # facts/search.md, section 7: below five people a query may point at one of them.
    ConfigDefinition(
        "discovery.suggestion_people", 5, 5, 1000, _("people"), _("A query is offered to others once searched by")
    ),
    # Product decision: each one is looked through for every new service.
    ConfigDefinition("discovery.saved_searches_most", 20, 1, 200, _("searches"), _("Somebody saves at most")),
    # Product decision within PIPL art. 19: long enough to see a year's season come and go twice would be longer than is needed.
    ConfigDefinition("discovery.search_days", 180, 30, 730, _("days"), _("A search knows who made it for")),
    # 个人信息保护法 §19, by product decision: a season can be held against the same one a year before, and nothing else is
    # asked of a single line; the figures of the days stay (SearchDay).
    ConfigDefinition(
        "discovery.search_rows_days",
        400,
        180,
        800,
        _("days"),
        _("A search without a person is deleted after"),
        source=Source.LAW,
        law="个人信息保护法 §19",
    ),
    ConfigDefinition(
        "discovery.figures_people", 3, 3, 1000, _("people"), _("Staff see a query by name once searched by")
    ),
    # Product decision: a page of results is no billboard.
    ConfigDefinition(
        "discovery.promoted_most",
        2,
        0,
        4,
        pgettext_lazy("unit of a setting", "services"),
        _("Above the results are advertised at most"),
    ),
    ConfigDefinition(
        "discovery.least_score",
        90,
        0,
        100,
        _("hundredths of 1"),
        _("Staff is told when a judged set is answered worse than"),
    ),
    # Product decision: a look weighs next to nothing after a quarter of a year, and the privacy page promises no more.
    ConfigDefinition("discovery.views_days", 90, 1, 90, _("days"), _("What somebody looked at is kept for")),
    ConfigDefinition(
        "discovery.digest_hour", 9, 0, 23, _("o'clock"), _("News of saved searches come all in one, in China, at")
    ),
)
