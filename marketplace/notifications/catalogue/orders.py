"""What happens to an order."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import BELL_ONLY, URGENT, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

PLACED = Notice("order.placed", Kind.ORDER, Who.SELLER, _("A new order: the money is in escrow"), channels=URGENT)
REQUIREMENTS_IN = Notice(
    "order.requirements_in", Kind.ORDER, Who.SELLER, _("The requirements are in: the clock has started")
)
REQUIREMENTS_LATE = Notice("order.requirements_late", Kind.ORDER, Who.SELLER, _("The requirements came after all"))
BEGUN_WITHOUT_REQUIREMENTS = Notice(
    "order.begun_without_requirements",
    Kind.ORDER,
    Who.BUYER,
    _("The seller has begun without your requirements: the delivery clock runs"),
)
REQUIREMENTS_NOTE = Notice(
    "order.requirements_note", Kind.ORDER, Who.SELLER, _("The buyer added something to the requirements")
)
REQUIREMENTS_WANTED = Notice(
    "order.requirements_wanted",
    Kind.ORDER,
    Who.BUYER,
    _("The seller waits for your requirements: the work has not begun"),
)
REQUIREMENTS_STILL_MISSING = Notice(
    "order.requirements_still_missing",
    Kind.ORDER,
    Who.SELLER,
    _("Still no requirements: you can begin without them, or cancel"),
)
CANCELLED = Notice("order.cancelled", Kind.ORDER, Who.EITHER, _("The order was cancelled"), mutable=False)
PROPOSAL_ACCEPTED = Notice("order.proposal_accepted", Kind.ORDER, Who.EITHER, _("What you proposed was accepted"))
PROPOSAL_DECLINED = Notice("order.proposal_declined", Kind.ORDER, Who.EITHER, _("What you proposed was declined"))
PROPOSAL_TAKEN_BACK = Notice(
    "order.proposal_taken_back", Kind.ORDER, Who.EITHER, _("A proposal was taken back"), channels=BELL_ONLY
)
PROPOSAL_EXPIRED = Notice(
    "order.proposal_expired", Kind.ORDER, Who.EITHER, _("What you proposed was not answered in time")
)
ASKS_TIME = Notice("order.asks_time", Kind.ORDER, Who.BUYER, _("The seller asks for more time"))
ASKS_LOWER_PRICE = Notice("order.asks_lower_price", Kind.ORDER, Who.BUYER, _("The seller offers a lower price"))
ASKS_ADDITIONAL_WORK = Notice("order.asks_additional_work", Kind.ORDER, Who.EITHER, _("Additional work is proposed"))
ASKS_REVISION_MORE = Notice(
    "order.asks_revision_more", Kind.ORDER, Who.SELLER, _("The buyer asks for one more revision")
)
ASKS_TO_CANCEL = Notice(
    "order.asks_to_cancel",
    Kind.ORDER,
    Who.EITHER,
    _("The other side proposes to cancel: please answer"),
    channels=URGENT,
    mutable=False,
)
CANCEL_ANSWER_WANTED = Notice(
    "order.cancel_answer_wanted",
    Kind.ORDER,
    Who.EITHER,
    _("Please answer: without an answer the order is cancelled"),
    channels=URGENT,
    mutable=False,
)
CANCEL_TAKEN_BACK = Notice(
    "order.cancel_taken_back", Kind.ORDER, Who.EITHER, _("The proposal to cancel was taken back")
)
CANCEL_DECLINED = Notice("order.cancel_declined", Kind.ORDER, Who.EITHER, _("The proposal to cancel was declined"))
SUPPLEMENT_AGREED = Notice(
    "order.supplement_agreed", Kind.ORDER, Who.BUYER, _("Agreed: pay for the additional work, and it begins")
)
DELIVERED = Notice(
    "order.delivered", Kind.ORDER, Who.BUYER, _("Your order was delivered: please look at it"), channels=URGENT
)
ACCEPT_IN_THREE_DAYS = Notice(
    "order.accept_in_three_days",
    Kind.ORDER,
    Who.BUYER,
    _("Please look at the delivery: within three days it is accepted automatically"),
    channels=URGENT,
)
ACCEPT_IN_A_DAY = Notice(
    "order.accept_in_a_day",
    Kind.ORDER,
    Who.BUYER,
    _("Please look at the delivery: within a day it is accepted automatically"),
    channels=URGENT,
    mutable=False,
)
DUE_IN_A_DAY = Notice(
    "order.due_in_a_day", Kind.ORDER, Who.SELLER, _("Your delivery is due within a day"), channels=URGENT
)
LATE_SELLER = Notice(
    "order.late_seller",
    Kind.ORDER,
    Who.SELLER,
    _("Your delivery is late: please deliver, or ask the buyer for more time"),
    channels=URGENT,
)
LATE_BUYER = Notice("order.late_buyer", Kind.ORDER, Who.BUYER, _("The delivery is late"))
VERY_LATE = Notice(
    "order.very_late",
    Kind.ORDER,
    Who.BUYER,
    _("The delivery is very late: you may cancel alone and get everything back"),
)
REVISION_WANTED = Notice(
    "order.revision_wanted", Kind.ORDER, Who.SELLER, _("The buyer asks for a revision"), channels=URGENT
)
ACCEPTANCE_PAUSED = Notice(
    "order.acceptance_paused", Kind.ORDER, Who.SELLER, _("The buyer takes more time to look at your delivery")
)
ACCEPTED = Notice("order.accepted", Kind.ORDER, Who.SELLER, _("Accepted: the money is in your wallet"))
ACCEPTED_AUTOMATICALLY = Notice(
    "order.accepted_automatically",
    Kind.ORDER,
    Who.BUYER,
    _("Accepted automatically: the time to answer is over"),
    mutable=False,
)
TIP = Notice("order.tip", Kind.ORDER, Who.SELLER, _("The buyer thanks you with a tip"))
STAGES_STOPPED = Notice("order.stages_stopped", Kind.ORDER, Who.EITHER, _("An agreement in stages was stopped"))
NEXT_STAGE = Notice("order.next_stage", Kind.ORDER, Who.BUYER, _("The next stage begins when you pay for it"))
