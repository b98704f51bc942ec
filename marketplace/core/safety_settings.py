"""What a message with contact details or watched words becomes."""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition

_LEVELS = ((0, _("Nothing")), (1, _("Warn")), (2, _("Show moderators")), (3, _("Hold back")))

SAFETY_SETTINGS: tuple[ConfigDefinition, ...] = (
    # Product decisions. What a message with contact details becomes: fair warning first, silence never (facts/marketplace.md,
    # section 3, point 12). Money past the platform is what people lose most by, so it waits for a person.
    ConfigDefinition(
        "safety.contacts_level",
        2,
        0,
        3,
        _("0 nothing, 1 warn, 2 show moderators, 3 hold back"),
        _("A message with contact details, before an order"),
        choices=_LEVELS,
    ),
    ConfigDefinition(
        "safety.contacts_level_in_orders",
        1,
        0,
        3,
        _("0 nothing, 1 warn, 2 show moderators, 3 hold back"),
        _("A message with contact details, about an order"),
        choices=_LEVELS,
    ),
    ConfigDefinition(
        "safety.payments_level",
        3,
        0,
        3,
        _("0 nothing, 1 warn, 2 show moderators, 3 hold back"),
        _("A message that asks for payment past the platform"),
        choices=_LEVELS,
    ),
    ConfigDefinition(
        "safety.words_level_most",
        3,
        0,
        3,
        _("0 nothing, 1 warn, 2 show moderators, 3 hold back"),
        _("A message with a watched word, whatever its word says, at most"),
        choices=_LEVELS,
    ),
    # Product decision: who goes on after so many is not absent-minded.
    ConfigDefinition(
        "safety.flags_before_hold",
        5,
        0,
        100,
        _("messages, 0 is never"),
        _("After so many shown to moderators within 24 hours, a writer's next one is held back"),
    ),
)
