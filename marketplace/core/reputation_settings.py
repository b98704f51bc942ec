"""What staff may turn about reviews, levels and the honesty of deals (docs/levels.md, docs/integrity.md).

The gates are the published figures of the field (facts/marketplace.md, rules 20 to 23), dollars at 7 yuan. A client is a
buyer with at least one completed order.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.config_definition import ConfigDefinition

POINTS = pgettext_lazy("unit of a setting", "points")
STARS = pgettext_lazy("unit of a setting", "stars")

REPUTATION_SETTINGS = (
    ConfigDefinition("reviews.window_days", 14, 1, 60, _("days"), _("A review can be written for")),
    # Product decision: long enough to sleep on it.
    ConfigDefinition("reviews.edit_hours", 24, 0, 168, _("hours"), _("A review can be changed for")),
    # facts/marketplace.md, rule 25.
    ConfigDefinition("reviews.rating_years", 2, 1, 10, _("years"), _("Scores are made of the reviews of the last")),
    # Product decisions: a year of work says how somebody works now; rule 24 for answers.
    ConfigDefinition("reputation.orders_days", 365, 30, 730, _("days"), _("Rates of orders are counted over the last")),
    ConfigDefinition(
        "reputation.contacts_days", 90, 7, 365, _("days"), _("Rates of answers are counted over the last")
    ),
    ConfigDefinition("reputation.answer_hours", 24, 1, 168, _("hours"), _("A new contact is answered in time within")),
    # Rules 20 to 22. A score of 5.0 is 50 tenths, a rating of 4.4 is 440 hundredths, 400 dollars are 2,800 yuan.
    ConfigDefinition("levels.level_1_score_tenths", 50, 10, 100, POINTS, _("Level 1 needs a score of")),
    ConfigDefinition("levels.level_1_rating_hundredths", 440, 100, 500, STARS, _("Level 1 needs a rating of")),
    ConfigDefinition(
        "levels.level_1_response_percent", 80, 0, 100, _("percent"), _("Level 1 needs a response rate of")
    ),
    ConfigDefinition(
        "levels.level_1_orders",
        5,
        0,
        10_000,
        pgettext_lazy("unit of a setting", "orders"),
        _("Level 1 needs completed orders"),
    ),
    ConfigDefinition("levels.level_1_buyers", 3, 0, 10_000, _("people"), _("Level 1 needs clients")),
    ConfigDefinition("levels.level_1_earned_fen", 280_000, 0, 10**10, _("fen"), _("Level 1 needs an income of")),
    ConfigDefinition("levels.level_2_score_tenths", 70, 10, 100, POINTS, _("Level 2 needs a score of")),
    ConfigDefinition("levels.level_2_rating_hundredths", 460, 100, 500, STARS, _("Level 2 needs a rating of")),
    ConfigDefinition(
        "levels.level_2_response_percent", 90, 0, 100, _("percent"), _("Level 2 needs a response rate of")
    ),
    ConfigDefinition(
        "levels.level_2_orders",
        20,
        0,
        10_000,
        pgettext_lazy("unit of a setting", "orders"),
        _("Level 2 needs completed orders"),
    ),
    ConfigDefinition("levels.level_2_buyers", 10, 0, 10_000, _("people"), _("Level 2 needs clients")),
    ConfigDefinition("levels.level_2_earned_fen", 1_400_000, 0, 10**10, _("fen"), _("Level 2 needs an income of")),
    ConfigDefinition("levels.top_score_tenths", 90, 10, 100, POINTS, _("Select needs a score of")),
    ConfigDefinition("levels.top_rating_hundredths", 470, 100, 500, STARS, _("Select needs a rating of")),
    ConfigDefinition("levels.top_response_percent", 90, 0, 100, _("percent"), _("Select needs a response rate of")),
    ConfigDefinition(
        "levels.top_orders",
        40,
        0,
        10_000,
        pgettext_lazy("unit of a setting", "orders"),
        _("Select needs completed orders"),
    ),
    ConfigDefinition("levels.top_buyers", 20, 0, 10_000, _("people"), _("Select needs clients")),
    ConfigDefinition("levels.top_earned_fen", 7_000_000, 0, 10**10, _("fen"), _("Select needs an income of")),
    # Rule 23.
    ConfigDefinition("levels.grace_days", 30, 1, 180, _("days"), _("A level falls when its gates are missed for")),
    # Product decisions: who was looked at is not looked at again every hour; an appeal is answered within a working week.
    ConfigDefinition(
        "levels.selection_again_days",
        30,
        1,
        365,
        _("days"),
        _("Who was not chosen for Select is looked at again after"),
    ),
    ConfigDefinition(
        "levels.appeal_days", 5, 1, 30, _("days"), _("An appeal about a level or a score is decided within")
    ),
    # Product decisions (docs/reputation.md): what the field calls fast, punctual and new, and from how many on a rate says much.
    ConfigDefinition("badges.fast_minutes", 60, 1, 1440, _("minutes"), _("Fast: half of the first answers within")),
    ConfigDefinition("badges.fast_percent", 90, 0, 100, _("percent"), _("Fast: response rate from")),
    ConfigDefinition("badges.fast_contacts", 5, 1, 1000, _("contacts"), _("Fast: new contacts from")),
    ConfigDefinition("badges.on_time_percent", 95, 0, 100, _("percent"), _("On time: deliveries on time from")),
    ConfigDefinition(
        "badges.on_time_orders", 10, 1, 1000, pgettext_lazy("unit of a setting", "orders"), _("On time: orders from")
    ),
    ConfigDefinition("badges.repeat_percent", 30, 0, 100, _("percent"), _("Repeat: buyers who came back from")),
    ConfigDefinition("badges.repeat_buyers", 10, 1, 1000, _("people"), _("Repeat: buyers from")),
    ConfigDefinition("badges.rising_days", 180, 1, 730, _("days"), _("Rising: seller for at most")),
    ConfigDefinition(
        "badges.rising_orders",
        5,
        1,
        1000,
        pgettext_lazy("unit of a setting", "orders"),
        _("Rising: completed orders from"),
    ),
    ConfigDefinition("badges.rising_rating_hundredths", 470, 100, 500, STARS, _("Rising: rating from")),
    # Product decisions (docs/integrity.md): what a person is asked to look at, and until when.
    ConfigDefinition("integrity.case_hundredths", 100, 10, 1000, POINTS, _("Accounts are looked at from a score of")),
    ConfigDefinition("integrity.case_days", 3, 1, 30, _("days"), _("An integrity case is decided within")),
)
