"""What staff may turn about the moderation queue (docs/moderation-queue.md). Product decisions, all of them.

Where a thing has a deadline of its own (a service, a dispute, a case of honesty, an appeal), the queue takes that.
"""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition

QUEUE_SETTINGS = (
    # Long enough to read a case and think, short enough that nobody waits for who went home.
    ConfigDefinition("moderation.claim_minutes", 15, 2, 240, _("minutes"), _("Who claims a case has it for")),
    ConfigDefinition("moderation.report_hours", 24, 1, 240, _("hours"), _("A report is decided within")),
    ConfigDefinition("moderation.message_hours", 24, 1, 240, _("hours"), _("A flagged message is decided within")),
    # Its writer waits, and the other side may wait for an answer.
    ConfigDefinition("moderation.held_hours", 2, 1, 48, _("hours"), _("A message that is held back is decided within")),
    ConfigDefinition("moderation.identity_hours", 48, 1, 240, _("hours"), _("An identity is verified within")),
    ConfigDefinition(
        "moderation.much_money_fen",
        500_000,
        0,
        100_000_000,
        _("fen"),
        _("A dispute about at least this much is urgent"),
    ),
)
