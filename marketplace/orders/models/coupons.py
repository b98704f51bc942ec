import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.gigs.models import GigCategory
from marketplace.orders.models.orders import Order

MOST_PERCENT = 100
CODE_LENGTH = 24


class Coupon(TimeStamped):
    """A discount that the platform bears out of its fee. Either a fixed amount, or a share of the price up to a bound.

    `uses` and `spent_fen` count what is in use; an order that ends without a purchase gives its use back (services/coupons.py).
    """

    code = models.CharField(
        _("code"),
        max_length=CODE_LENGTH,
        unique=True,
        help_text=_("What buyers type. Kept in capitals, without spaces."),
    )
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name (English)"), max_length=40)
    amount_fen = models.BigIntegerField(_("amount in fen"), null=True, blank=True)
    percent = models.PositiveSmallIntegerField(_("percent of the price"), null=True, blank=True)
    cap_fen = models.BigIntegerField(
        _("at most, in fen"), null=True, blank=True, help_text=_("Of a share of the price.")
    )
    minimum_fen = models.BigIntegerField(_("from a price of, in fen"), default=0)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    most_uses = models.PositiveIntegerField(_("uses at most"))
    most_uses_per_person = models.PositiveSmallIntegerField(_("uses at most by one person"), default=1)
    first_order_only = models.BooleanField(_("for a first order only"), default=False)
    categories = models.ManyToManyField(
        GigCategory,
        blank=True,
        related_name="+",
        verbose_name=_("categories"),
        help_text=_("None: for every service. A category holds for its subcategories too."),
    )
    budget_fen = models.BigIntegerField(_("budget in fen"), help_text=_("All its discounts together are never more."))
    is_active = models.BooleanField(_("in use"), default=True)
    uses = models.PositiveIntegerField(_("uses"), default=0, editable=False)
    spent_fen = models.BigIntegerField(_("discounts in fen"), default=0, editable=False)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        permissions = [("approve_coupon", "Can switch on a coupon with a large budget")]
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, percent=None, cap_fen=None)
                | Q(amount_fen=None, percent__gt=0, percent__lte=MOST_PERCENT, cap_fen__gt=0),
                name="orders_coupon_amount_or_percent",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="orders_coupon_time"),
            models.CheckConstraint(condition=Q(uses__lte=models.F("most_uses")), name="orders_coupon_uses_within"),
            models.CheckConstraint(
                condition=Q(spent_fen__gte=0, spent_fen__lte=models.F("budget_fen")), name="orders_coupon_spent_within"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Say what is wrong at its field, before the database does. Nothing is set below what is in use already."""
        self.code = normal_code(self.code or "")
        if len(self.code) > CODE_LENGTH:  # full-width characters fold into several
            raise ValidationError({"code": _("At most %(limit)s characters, please.") % {"limit": CODE_LENGTH}})
        if (self.amount_fen is None) == (self.percent is None):
            raise ValidationError({"amount_fen": _("Either an amount or a share of the price, please.")})
        if self.percent is not None:
            if not 0 < self.percent <= MOST_PERCENT:
                raise ValidationError({"percent": _("Between 1 and 100, please.")})
            if not self.cap_fen or self.cap_fen <= 0:
                raise ValidationError({"cap_fen": _("A share of the price needs a bound.")})
        elif self.cap_fen is not None or (self.amount_fen or 0) <= 0:
            raise ValidationError({"amount_fen": _("An amount above zero, and no bound beside it, please.")})
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("It ends before it starts.")})
        if self.most_uses is not None and self.most_uses < self.uses:
            raise ValidationError({"most_uses": _("It has been used %(uses)s times already.") % {"uses": self.uses}})
        if self.budget_fen is not None and self.budget_fen < max(self.spent_fen, 1):
            raise ValidationError({"budget_fen": _("Below what has been given already.")})

    @property
    def local_name(self) -> str:
        """Its name in the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name


class CouponUse(models.Model):
    """A coupon on an order. Given back when the order ends without a purchase: then it counts no longer."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="taken", verbose_name=_("coupon"))
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="coupon_use", verbose_name=_("order"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("buyer")
    )
    amount_fen = models.BigIntegerField(_("discount in fen"))
    is_first_order = models.BooleanField(default=False)  # as the coupon was when it was used
    used_at = models.DateTimeField(_("used at"))
    returned_at = models.DateTimeField(_("given back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("use of a coupon")
        verbose_name_plural = _("uses of coupons")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="orders_coupon_use_positive"),
            # Two coupons for a first order lock two rows: the index is what stops the second one.
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(is_first_order=True, returned_at=None),
                name="orders_coupon_use_first_order_once",
            ),
        ]
        indexes = [
            # How often one person has used a coupon.
            models.Index(fields=["coupon", "person"], condition=Q(returned_at=None), name="orders_coupon_use_by_person")
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.order_id}"


def normal_code(text: str) -> str:
    """A code as it is stored: full-width folded, capitals, no spaces. People type them off posters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
