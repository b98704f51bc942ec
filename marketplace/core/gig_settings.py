"""Business constants of services and of their review."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.config_definition import ConfigDefinition, Source

GIG_SETTINGS: tuple[ConfigDefinition, ...] = (
    # facts/marketplace.md, rule 15 (level 2: the older figure, since the newer one gives it no more than level 1).
    ConfigDefinition(
        "gigs.limit_new",
        4,
        1,
        500,
        pgettext_lazy("unit of a setting", "services"),
        _("New sellers have at most"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "gigs.limit_level_1",
        10,
        1,
        500,
        pgettext_lazy("unit of a setting", "services"),
        _("Sellers of level 1 have at most"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "gigs.limit_level_2",
        20,
        1,
        500,
        pgettext_lazy("unit of a setting", "services"),
        _("Sellers of level 2 have at most"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "gigs.limit_top",
        30,
        1,
        500,
        pgettext_lazy("unit of a setting", "services"),
        _("Select sellers have at most"),
        source=Source.FIELD,
    ),
    # Product decision: a pause as long as this between two saves begins a new revision of a draft.
    ConfigDefinition("gigs.autosave_minutes", 10, 0, 240, _("minutes"), _("Saves of a draft are one revision within")),
    # Product decision: the list compares sixty days; a year more lets a seller's question about last season be answered.
    ConfigDefinition("gigs.figures_days", 400, 60, 3650, _("days"), _("Impressions and clicks are kept for")),
    ConfigDefinition(
        "gigs.minimum_price_fen",
        500,
        100,
        100_000,
        _("fen"),
        _("A package costs at least"),
        is_money=True,
    ),
    ConfigDefinition(
        "gigs.maximum_price_fen",
        20_000_000,
        100_000,
        100_000_000,
        _("fen"),
        _("A package costs at most"),
        is_money=True,
    ),
    # Product decisions. The field takes working days (facts/marketplace.md, row 35: five at Upwork); ours is a working
    # day's half, counted while the desk is there (core/working_hours.py).
    ConfigDefinition("gigs.review_hours", 4, 1, 240, _("hours"), _("A submitted service is reviewed within")),
    # 国务院关于职工工作时间的规定 §3 and §7: eight hours a day (here with one for lunch), Saturday and Sunday are free.
    # Closing no later than opening means day and night.
    ConfigDefinition(
        "gigs.desk_opens_hour",
        9,
        0,
        23,
        _("o'clock"),
        _("Reviewers are there from"),
        law="《国务院关于职工工作时间的规定》第三条、第七条",
        source=Source.LAW,
    ),
    ConfigDefinition(
        "gigs.desk_closes_hour",
        18,
        0,
        24,
        _("o'clock"),
        _("Reviewers are there until"),
        law="《国务院关于职工工作时间的规定》第三条、第七条",
        source=Source.LAW,
    ),
    ConfigDefinition(
        "gigs.desk_works_weekends",
        0,
        0,
        1,
        _("1 is yes"),
        _("Reviewers are there on Saturdays and Sundays"),
        law="《国务院关于职工工作时间的规定》第三条、第七条",
        source=Source.LAW,
    ),
    ConfigDefinition(
        "gigs.review_viewing_minutes", 15, 1, 240, _("minutes"), _("A colleague who opened a review is shown for")
    ),
    # Product decisions: the line between a correction and a bait, and what two people look at.
    ConfigDefinition(
        "gigs.steep_price_percent", 50, 5, 1000, _("percent"), _("Two people approve a price that changes by")
    ),
    ConfigDefinition(
        "gigs.unread_characters", 10, 0, 100, _("characters"), _("Corrections need no review, for each text up to")
    ),
    ConfigDefinition(
        "gigs.unread_price_drop_percent", 20, 0, 90, _("percent"), _("A price may fall without a review by up to")
    ),
)
