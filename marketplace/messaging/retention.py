"""How long is kept what people write to each other (core/retention.py)."""

from django.db.models import Q

from marketplace.accounts.retention import CLOSING, ECOMMERCE, closed_long_ago, three_years, with_account
from marketplace.core.retention import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "messaging.talk",
        ("messaging.Conversation", "messaging.Participant", "messaging.Message", "messaging.MessageFlag"),
        "what was said about an order, for both sides and for mediators",
        "at least three years after the order; not removed while one side has an account. Both closed: three years after that",
        ECOMMERCE,
        bounds=(
            # Nothing removes them yet, as with orders.
            with_account(
                "messaging.Conversation", "buyer", kept=three_years, still=lambda: Q(seller__in=closed_long_ago())
            ),
        ),
    ),
    Rule(
        "messaging.own",
        ("messaging.MessageTemplate", "messaging.AwayReply", "messaging.Presence"),
        "quick replies, own and automatic; when somebody was last there",
        "until the account is closed, or until its person removes them",
        "个人信息保护法 §47",
        CLOSING,
        (
            with_account("messaging.MessageTemplate", "owner"),
            with_account("messaging.AwayReply", "owner"),
            with_account("messaging.Presence"),
        ),
    ),
)
