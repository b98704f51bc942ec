"""How long offers and briefs are kept (core/retention.py)."""

from django.db.models import Q

from marketplace.accounts.retention import CLOSING, ECOMMERCE, closed_long_ago, three_years, with_account
from marketplace.core.retention import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "offers.agreed",
        ("offers.Negotiation", "offers.Offer", "offers.Brief"),
        "what was agreed before an order",
        "like the order: not removed while one side has an account; both closed: three years after that",
        ECOMMERCE,
        bounds=(
            # Nothing removes them yet, as with orders.
            with_account(
                "offers.Negotiation", "buyer", kept=three_years, still=lambda: Q(seller__in=closed_long_ago())
            ),
        ),
    ),
    Rule(
        "offers.unanswered_briefs",
        ("offers.Brief", "offers.BriefInvitation"),
        "a brief that nobody answered; that a seller was told of one",
        "until the account is closed, or until its person removes it",
        "个人信息保护法 §47",
        CLOSING,
        (
            with_account("offers.BriefInvitation", "seller"),
            with_account("offers.Brief", "buyer", still=lambda: Q(negotiations=None)),
        ),
    ),
)
