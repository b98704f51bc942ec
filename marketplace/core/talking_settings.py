"""Business constants of messages between people, of support and of text messages."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.config_definition import ConfigDefinition

TALKING_SETTINGS: tuple[ConfigDefinition, ...] = (
    # WeChat's figure, which people here are used to.
    ConfigDefinition(
        "messaging.change_minutes", 2, 0, 60, _("minutes"), _("A message can be edited and withdrawn for")
    ),
    # Product decision: who writes ten lines in an evening is told once.
    ConfigDefinition(
        "messaging.away_hours",
        12,
        1,
        168,
        _("hours"),
        _("An automatic reply stands in a conversation at most once in"),
    ),
    # facts/marketplace.md, row 56: 20 messages a minute and 5 new conversations an hour at Mercur; ours leave room for who
    # types fast and for who compares sellers.
    ConfigDefinition(
        "messaging.per_minute",
        30,
        0,
        100_000,
        _("messages, 0 is any number"),
        _("One person sends a minute at most"),
    ),
    ConfigDefinition(
        "messaging.new_per_hour",
        10,
        0,
        100_000,
        _("conversations, 0 is any number"),
        _("One person begins within an hour at most"),
    ),
    # Product decisions: four hours is what the help page of the design promises (look/help.html); nine to nine on every day.
    # Closing no later than opening means day and night.
    ConfigDefinition("support.answer_hours", 4, 1, 240, _("hours"), _("Support answers within")),
    ConfigDefinition("support.solve_hours", 24, 1, 480, _("hours"), _("Support has a question solved within")),
    ConfigDefinition("support.opens_hour", 9, 0, 23, _("o'clock"), _("Support is there from")),
    ConfigDefinition("support.closes_hour", 21, 0, 24, _("o'clock"), _("Support is there until")),
    ConfigDefinition("support.works_weekends", 1, 0, 1, _("1 is yes"), _("Support is there on Saturdays and Sundays")),
    ConfigDefinition("support.close_days", 3, 1, 30, _("days"), _("An answered question is over after a silence of")),
    ConfigDefinition(
        "support.open_per_person",
        5,
        1,
        50,
        pgettext_lazy("unit of a setting", "questions"),
        _("One person has open with support at most"),
    ),
    # Product decisions: an order has some ten notices that cost a text. Above these, notices wait for staff; codes do not.
    ConfigDefinition("sms.per_person_day", 20, 1, 1_000, _("text messages"), _("One person is sent a day at most")),
    ConfigDefinition("sms.per_day", 5_000, 1, 1_000_000, _("text messages"), _("All people are sent a day at most")),
)
