from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.offers.models.briefs import Brief
from marketplace.offers.states import OfferStatus


class Negotiation(TimeStamped):
    """What a seller and a buyer bargain about. Its row is the lock of all its offers, and it keeps what came of it."""

    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("buyer")
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("seller")
    )
    gig = models.ForeignKey(
        "gigs.Gig", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    brief = models.ForeignKey(
        Brief, on_delete=models.PROTECT, null=True, blank=True, related_name="negotiations", verbose_name=_("brief")
    )
    # The newest order of what was agreed: one that lapsed unpaid can be placed anew for a while.
    order = models.OneToOneField(
        "orders.Order", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("order")
    )
    plan = models.OneToOneField(
        "orders.MilestonePlan",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreement in stages"),
    )

    class Meta:
        verbose_name = _("negotiation")
        verbose_name_plural = _("negotiations")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(buyer=F("seller")), name="offers_negotiation_two_people"),
            models.CheckConstraint(
                condition=Q(order__isnull=True) | Q(plan__isnull=True), name="offers_negotiation_one_outcome"
            ),
            models.UniqueConstraint(
                fields=["brief", "seller"], condition=Q(brief__isnull=False), name="offers_one_answer_of_a_seller"
            ),
        ]
        # The cards of a conversation.
        indexes = [models.Index(fields=["buyer", "seller"], name="offers_between_two")]

    def __str__(self) -> str:
        return f"{self.seller_id} → {self.buyer_id}"

    def get_absolute_url(self) -> str:
        return reverse("offers:negotiation", args=[self.pk])


class DeclineReason(models.TextChoices):
    PRICE = "price", _("The price does not fit")
    TIME = "time", _("It takes too long")
    SCOPE = "scope", _("It is not what is needed")
    CHOSE_ANOTHER = "chose_another", _("Somebody else does it")
    NOT_NEEDED = "not_needed", _("It is no longer needed")
    OTHER = "other", _("Something else")


class Offer(models.Model):
    """One version of what is offered, by either side. Never changed but for its status: an answer is the next version."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="offers")
    number = models.PositiveSmallIntegerField(_("version"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=OfferStatus, default=OfferStatus.OPEN)
    title = models.CharField(_("title"), max_length=80)
    scope = models.TextField(_("what is delivered"), max_length=2000)
    # With stages: the sum of theirs.
    total_fen = models.BigIntegerField(_("price in fen"))
    delivery_days = models.PositiveSmallIntegerField(_("delivery days"))
    revisions = models.PositiveSmallIntegerField(pgettext_lazy("of a package", "revisions"))
    questions = models.JSONField(_("questions to the buyer"), default=list, blank=True)
    words = models.CharField(_("message"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("valid until"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=15, choices=DeclineReason, blank=True)
    answer = models.CharField(_("words of the answer"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("custom offer")
        verbose_name_plural = _("custom offers")
        ordering = ["negotiation", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OfferStatus.values), name="offers_offer_known_status"),
            models.UniqueConstraint(fields=["negotiation", "number"], name="offers_offer_number"),
            models.UniqueConstraint(
                fields=["negotiation"], condition=Q(status="open"), name="offers_one_open_at_a_time"
            ),
            models.UniqueConstraint(fields=["negotiation"], condition=Q(status="accepted"), name="offers_one_accepted"),
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(answered_at__isnull=False), name="offers_offer_answered_when"
            ),
            models.CheckConstraint(
                condition=Q(total_fen__gt=0) & Q(delivery_days__gt=0), name="offers_offer_amount_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="open"), name="offers_offer_clock"),
            # What the job of each hour begins with (keeping.py): it ends where nothing is old enough.
            models.Index(fields=["created_at"], condition=~Q(scope="…"), name="offers_offer_not_emptied"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def may_be_followed(self) -> bool:
        """Whether, as the newest of a negotiation about a brief, it lets the seller offer anew.

        Not while it waits or is agreed on, and not after the buyer's no; the seller's own no to a counter-offer ends nothing.
        """
        if self.status == OfferStatus.DECLINED:
            return self.answered_by_id == self.negotiation.seller_id
        return self.status in (OfferStatus.WITHDRAWN, OfferStatus.EXPIRED, OfferStatus.OVERTAKEN)

    @property
    def has_lapsed(self) -> bool:
        """Whether it was agreed on, and ended because nobody paid for it in time. An open offer that ran out has no answer."""
        return self.status == OfferStatus.EXPIRED and self.answered_by_id is not None


class OfferStage(models.Model):
    """One stage of an offer in stages."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=80)
    description = models.CharField(_("what is delivered"), max_length=500, blank=True)
    amount_fen = models.BigIntegerField(_("amount in fen"))
    delivery_days = models.PositiveSmallIntegerField(_("delivery days"))
    revisions = models.PositiveSmallIntegerField(pgettext_lazy("of a package", "revisions"))

    class Meta:
        verbose_name = _("stage of an offer")
        verbose_name_plural = _("stages of offers")
        ordering = ["offer", "position"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "position"], name="offers_stage_position"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & Q(delivery_days__gt=0), name="offers_stage_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.title
