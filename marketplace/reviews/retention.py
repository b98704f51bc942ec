"""How long reviews and what is counted of sellers are kept (core/retention.py)."""

from marketplace.core.retention import Bound, Rule, days
from marketplace.reviews.integrity import weights
from marketplace.reviews.models import IntegritySignal

RULES: tuple[Rule, ...] = (
    Rule(
        "reviews.reviews",
        ("reviews.Review", "reviews.ReviewMask", "reviews.HelpfulVote"),
        "what buyers and sellers say of an order; a platform may not delete it",
        "as long as the service they are about; under the name of a closed account",
        "电子商务法 §39",
    ),
    Rule(
        "reviews.standing",
        (
            "reviews.Reputation", "reviews.SellerLevel", "reviews.LevelChange", "reviews.SelectionCase",
            "reviews.ScoreException", "reviews.ReputationAppeal",
        ),
        "how a seller's figures and level came about, and the appeals against them",
        "as long as the account, emptied or not",
        "个人信息保护法 §24",
    ),
    Rule(
        "reviews.integrity_cases",
        ("reviews.IntegrityCase", "reviews.IntegrityMember"),
        "decisions about deals that are none",
        "not removed: they can be appealed against",
        "反不正当竞争法 §9; 个人信息保护法 §24",
    ),
    Rule(
        "reviews.integrity_signals",
        ("reviews.IntegritySignal",),
        "what two accounts have in common, in no case",
        f"{weights.WINDOW_DAYS} days",
        "our decision",
        "marketplace.reviews.integrity.tasks.forget_old_signals",
        (
            Bound(
                lambda: IntegritySignal.objects.filter(case__isnull=True), "found_at", days(weights.WINDOW_DAYS)
            ),
        ),
    ),
)  # fmt: skip
