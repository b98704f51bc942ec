"""Business constants of orders and disputes."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.config_definition import ConfigDefinition, Source

ORDER_SETTINGS: tuple[ConfigDefinition, ...] = (
    # Product decision; the gateway's own payment page expires at the same moment.
    ConfigDefinition("orders.payment_timeout_minutes", 30, 5, 1440, _("minutes"), _("An unpaid order is closed after")),
    # Fiverr's figure (facts/marketplace.md, rule 1); a revision request starts it anew.
    ConfigDefinition(
        "orders.auto_accept_days",
        3,
        1,
        30,
        _("days"),
        _("A delivery is accepted by itself after"),
        source=Source.FIELD,
    ),
    # Product decision: a revision is smaller than the work itself.
    ConfigDefinition("orders.revision_days", 3, 1, 30, _("days"), _("A revision may take at least")),
    # facts/marketplace.md, rule 4.
    ConfigDefinition(
        "orders.very_late_hours",
        24,
        1,
        240,
        _("hours"),
        _("A buyer may cancel alone when late by"),
        source=Source.FIELD,
    ),
    # Product decision: a seller who begins at once does not take away the buyer's second thought.
    ConfigDefinition(
        "orders.second_thought_hours",
        24,
        0,
        240,
        _("hours"),
        _("Where the seller began without the requirements, the buyer may cancel alone from then on for"),
    ),
    # facts/marketplace.md, "suggested own defaults": one pause of seven days, once for each order.
    ConfigDefinition(
        "orders.acceptance_pause_days",
        7,
        1,
        30,
        _("days"),
        _("A buyer may put off automatic acceptance once, by"),
        source=Source.FIELD,
    ),
    # facts/marketplace.md, rule 5.
    ConfigDefinition(
        "orders.proposal_days",
        4,
        1,
        30,
        _("days"),
        _("More time, a lower price, additional work: answered within"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "orders.extension_most_days",
        30,
        1,
        180,
        _("days"),
        _("More time, at once, is at most"),
        source=Source.FIELD,
    ),
    # Product decision: the buyer need not be there when the seller agrees.
    ConfigDefinition(
        "orders.supplement_payment_hours", 72, 1, 240, _("hours"), _("Agreed additional work is paid within")
    ),
    # facts/marketplace.md, rule 12: tips within 7 days, at most the price, or a fixed sum where the price is small.
    ConfigDefinition(
        "orders.tip_days",
        7,
        1,
        90,
        _("days"),
        _("After completion a tip can be given for"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "orders.tip_minimum_fen",
        500,
        100,
        10_000,
        _("fen"),
        _("A tip is at least"),
        source=Source.FIELD,
        is_money=True,
    ),
    ConfigDefinition(
        "orders.tip_small_order_fen",
        10_000,
        100,
        100_000,
        _("fen"),
        _("A tip may be this much whatever the price"),
        source=Source.FIELD,
        is_money=True,
    ),
    # Product decision: a tip is thanks, not trade; the field takes 20 % (rule 12) and is disliked for it.
    ConfigDefinition(
        "orders.tip_commission_basis_points",
        0,
        0,
        3000,
        _("basis points"),
        _("Service fee of the platform on tips"),
        is_money=True,
    ),
    # facts/marketplace.md, rule 19: an order in stages is above 100 dollars, with up to five stages; rule 31: a stage is
    # at least 5 dollars. In yuan, rounded.
    ConfigDefinition(
        "orders.stages_maximum",
        5,
        2,
        10,
        pgettext_lazy("unit of a setting", "stages"),
        _("An agreement has at most"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "orders.stages_minimum_fen",
        70_000,
        0,
        10_000_000,
        _("fen"),
        _("An agreement in stages is at least"),
        source=Source.FIELD,
        is_money=True,
    ),
    ConfigDefinition(
        "orders.stage_minimum_fen",
        3_500,
        100,
        1_000_000,
        _("fen"),
        _("A stage is at least"),
        source=Source.FIELD,
        is_money=True,
    ),
    # facts/marketplace.md, rule 3: either side proposes, and silence cancels.
    ConfigDefinition(
        "orders.cancel_answer_hours",
        48,
        12,
        240,
        _("hours"),
        _("A proposal to cancel together is answered within"),
        source=Source.FIELD,
    ),
    # facts/marketplace.md, suggested own defaults: answer 3 days, mediate 7, decide within 15, idle goes to a person.
    ConfigDefinition(
        "disputes.answer_days",
        3,
        1,
        14,
        _("days"),
        _("The other side of a dispute answers within"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "disputes.reminder_hours",
        24,
        1,
        72,
        _("hours"),
        _("The other side is reminded of its answer before, by"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "disputes.mediation_days",
        7,
        1,
        30,
        _("days"),
        _("The two sides may agree themselves for"),
        source=Source.FIELD,
    ),
    ConfigDefinition(
        "disputes.decision_days",
        15,
        3,
        60,
        _("days"),
        _("A dispute is decided within"),
        source=Source.FIELD,
    ),
    # Product decisions: time to read the reasons and to think; a second look is quicker than the first.
    ConfigDefinition("disputes.appeal_days", 3, 1, 14, _("days"), _("A decision takes effect after")),
    ConfigDefinition("disputes.appeal_decision_days", 7, 1, 30, _("days"), _("An appeal is decided within")),
)
