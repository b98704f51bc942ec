"""What people do with offers and briefs, and what their clocks do."""

from marketplace.offers.services.answering import accept_offer, decline_offer, order_agreement, withdraw_offer
from marketplace.offers.services.briefs import close_brief, deny_brief, publish_brief, reopen_brief
from marketplace.offers.services.clocks import announce_brief, expire_brief, expire_offer, lapse_agreement
from marketplace.offers.services.emptying import empty_brief, empty_negotiation
from marketplace.offers.services.offering import counter_offer, send_offer

__all__ = [
    "accept_offer",
    "announce_brief",
    "close_brief",
    "counter_offer",
    "decline_offer",
    "deny_brief",
    "empty_brief",
    "empty_negotiation",
    "expire_brief",
    "expire_offer",
    "lapse_agreement",
    "order_agreement",
    "publish_brief",
    "reopen_brief",
    "send_offer",
    "withdraw_offer",
]
