from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class OfferErrorCode(StrEnum):
    WRONG_STATE = "wrong_state"
    EXPIRED = "expired"
    ONESELF = "oneself"
    NOT_SELLING = "not_selling"
    NOT_TAKEN = "not_taken"
    ACCOUNT_CLOSING = "account_closing"
    GIG_NOT_LIVE = "gig_not_live"
    TOO_MANY_OPEN = "too_many_open"
    VALIDITY = "validity"
    PRICE_RANGE = "price_range"
    DAYS = "days"
    TOO_LONG = "too_long"
    STAGE_TOO_LONG = "stage_too_long"
    STAGE_COUNT = "stage_count"
    STAGES_TOO_SMALL = "stages_too_small"
    STAGE_TOO_SMALL = "stage_too_small"
    AGREEMENT_LAPSED = "agreement_lapsed"
    REASON_MISSING = "reason_missing"
    BRIEF_OVER = "brief_over"
    BRIEF_OWN = "brief_own"
    BRIEF_ANSWERED = "brief_answered"
    BRIEF_DECLINED = "brief_declined"
    BRIEF_FULL = "brief_full"


class OfferError(DomainError):
    """A refusal about an offer."""

    messages = {
        OfferErrorCode.WRONG_STATE: _("This offer has been answered in the meantime. Please look at where it stands."),
        OfferErrorCode.EXPIRED: _("This offer is no longer valid. Please ask for a new one."),
        OfferErrorCode.ONESELF: _("You cannot make an offer to yourself."),
        OfferErrorCode.NOT_SELLING: _(
            "Offers need an open seller desk and identity papers that were handed in. Nothing was sent."
        ),
        # Neutral on purpose: nobody is told that they were blocked.
        OfferErrorCode.NOT_TAKEN: _("This person takes no offers from you at the moment. Nothing was sent."),
        OfferErrorCode.ACCOUNT_CLOSING: _("One of the two accounts has just been closed. Nothing was sent."),
        OfferErrorCode.GIG_NOT_LIVE: _("This service is not on sale. Choose another one, or none."),
        OfferErrorCode.TOO_MANY_OPEN: _(
            "%(limit)s offers between you are waiting for an answer already. Take one back, or wait for the answer."
        ),
        OfferErrorCode.VALIDITY: _("An offer is valid for 1 to %(most)s days."),
        OfferErrorCode.PRICE_RANGE: _("The price must lie between ¥%(least)s and ¥%(most)s."),
        OfferErrorCode.DAYS: _("One piece of work takes 1 to %(most)s days."),
        OfferErrorCode.TOO_LONG: _(
            "%(channel)s holds money for a limited time, so work in one piece takes at most %(most)s days here. "
            "Shorten it, or split it into stages."
        ),
        OfferErrorCode.STAGE_TOO_LONG: _(
            "%(channel)s holds money for a limited time, so a stage takes at most %(most)s days. "
            "“%(title)s” is longer: shorten it, or make two stages of it."
        ),
        OfferErrorCode.STAGE_COUNT: _("An agreement in stages has 2 to %(most)s stages."),
        OfferErrorCode.STAGES_TOO_SMALL: _(
            "Work in stages begins at ¥%(least)s. Below that, please offer it in one piece."
        ),
        OfferErrorCode.STAGE_TOO_SMALL: _("A stage costs at least ¥%(least)s. “%(title)s” costs less."),
        OfferErrorCode.AGREEMENT_LAPSED: _(
            "This agreement was not paid for within %(days)s days and no longer holds. Please ask for a new offer."
        ),
        OfferErrorCode.REASON_MISSING: _("With “something else”, please write a few words: they help the other side."),
        OfferErrorCode.BRIEF_OVER: _("This brief takes no offers any more. Nothing was sent."),
        OfferErrorCode.BRIEF_OWN: _("This is your own brief."),
        OfferErrorCode.BRIEF_ANSWERED: _(
            "You have answered this brief already. Your offer stands in the conversation."
        ),
        OfferErrorCode.BRIEF_DECLINED: _(
            "The buyer has declined your offer for this brief. You can still talk to each other in the conversation."
        ),
        OfferErrorCode.BRIEF_FULL: _("This brief already has %(limit)s offers and takes no more. Nothing was sent."),
    }


class BriefErrorCode(StrEnum):
    WRONG_STATE = "wrong_state"
    TOO_MANY_OPEN = "too_many_open"
    VALIDITY = "validity"
    BUDGET = "budget"
    WANTED_BY = "wanted_by"
    CATEGORY = "category"
    TOO_MANY_FILES = "too_many_files"
    PAID = "paid"
    ACCOUNT_CLOSING = "account_closing"


class BriefError(DomainError):
    """A refusal about a brief."""

    messages = {
        BriefErrorCode.WRONG_STATE: _("The brief has moved on in the meantime, so this is no longer possible."),
        BriefErrorCode.TOO_MANY_OPEN: _(
            "You have %(limit)s open briefs already. Close one that is settled before you publish another."
        ),
        BriefErrorCode.VALIDITY: _("A brief is open for 1 to %(most)s days."),
        BriefErrorCode.BUDGET: _(
            "The budget must lie between ¥%(least)s and ¥%(most)s, and “from” may not be above “up to”."
        ),
        BriefErrorCode.WANTED_BY: _("The day by which you want it must lie after today."),
        BriefErrorCode.CATEGORY: _("Please choose a subcategory: its sellers are told."),
        BriefErrorCode.TOO_MANY_FILES: _("At most %(limit)s files go with a brief."),
        BriefErrorCode.PAID: _("The chosen offer is paid for, or being paid for, so this brief is settled."),
        BriefErrorCode.ACCOUNT_CLOSING: _("Your account is being closed. Nothing was published."),
    }
