"""Business constants of the house: how rules change, how much people may upload."""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition, Source

HOUSE_SETTINGS: tuple[ConfigDefinition, ...] = (
    # 电子商务法 §34: changed rules are made known at least seven days before they hold, and opinions are asked for.
    ConfigDefinition(
        "rules.notice_days",
        7,
        7,
        90,
        _("days"),
        _("Changed rules are announced before they hold by"),
        law="《电子商务法》第三十四条",
        source=Source.LAW,
    ),
    ConfigDefinition(
        "rules.comment_days",
        7,
        3,
        90,
        _("days"),
        _("Changed rules can be commented on for at least"),
        law="《电子商务法》第三十四条",
        source=Source.LAW,
    ),
    ConfigDefinition(  # Product decision: more than ten full galleries; nobody fills the storage.
        "uploads.daily_megabytes",
        5_000,
        100,
        100_000,
        _("megabytes"),
        _("One person sends within 24 hours at most"),
    ),
)
