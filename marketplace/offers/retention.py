"""How long offers and briefs are kept (core/retention.py)."""

from django.db.models import Q

from marketplace.accounts.retention import CLOSING, ECOMMERCE, with_account
from marketplace.core.retention import GRACE, Bound, Rule, days_of
from marketplace.offers import keeping
from marketplace.offers.models import Brief, BriefFile, Offer, OfferStage

_NOTHING = ("", keeping.GONE)

RULES: tuple[Rule, ...] = (
    Rule(
        "offers.agreed",
        ("offers.Negotiation", "offers.Offer", "offers.OfferStage", "offers.Brief"),
        "who offered what for how much, and what was answered: beside the order's documents",
        "like the order; not removed",
        "税收征收管理法实施细则 §29",
    ),
    Rule(
        "offers.words_and_files",
        ("offers.Offer", "offers.OfferStage", "offers.Brief", "offers.BriefFile"),
        "what was typed and sent before an order",
        "{operations.order_kept_days} after the last order of it ended, or the last word where none came of it",
        f"{ECOMMERCE}; 个人信息保护法 §19",
        "marketplace.offers.tasks.empty_old_offers",
        (
            Bound(
                lambda: Offer.objects.exclude(
                    scope=keeping.GONE, words__in=_NOTHING, answer__in=_NOTHING, questions=[]
                ).filter(negotiation__in=keeping.free_negotiations(since=keeping.kept_since() - GRACE)),
                "created_at",
                days_of("operations.order_kept_days"),
            ),
            Bound(
                lambda: OfferStage.objects.exclude(description__in=_NOTHING).filter(
                    offer__negotiation__in=keeping.free_negotiations(since=keeping.kept_since() - GRACE)
                ),
                "offer__created_at",
                days_of("operations.order_kept_days"),
            ),
            Bound(
                lambda: Brief.objects.exclude(story=keeping.GONE).filter(
                    pk__in=keeping.free_briefs(since=keeping.kept_since() - GRACE).values("pk")
                ),
                "ended_at",
                days_of("operations.order_kept_days"),
            ),
            Bound(
                lambda: BriefFile.objects.filter(brief__in=keeping.free_briefs(since=keeping.kept_since() - GRACE)),
                "brief__ended_at",
                days_of("operations.order_kept_days"),
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
