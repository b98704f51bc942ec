"""What is told of a seller's income: a band, never the sum."""

from bisect import bisect_right

from django.db import models
from django.utils.translation import gettext_lazy as _


class EarningsBand(models.TextChoices):
    BELOW_1K = "below_1k", _("Below ¥1,000")
    FROM_1K = "from_1k", _("¥1,000 to 5,000")
    FROM_5K = "from_5k", _("¥5,000 to 20,000")
    FROM_20K = "from_20k", _("¥20,000 to 100,000")
    FROM_100K = "from_100k", _("¥100,000 and more")


# Where the next band begins, in fen.
_BEGINNINGS = (100_000, 500_000, 2_000_000, 10_000_000)


def earnings_band(earned_fen: int) -> EarningsBand | None:
    """The band of an income in fen; None of nothing."""
    return list(EarningsBand)[bisect_right(_BEGINNINGS, earned_fen)] if earned_fen > 0 else None
