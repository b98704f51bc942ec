from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.orders.models.orders import Order


class MilestonePlan(TimeStamped):
    """An agreement in stages. Either side may stop it after any stage: what was not begun is then not owed."""

    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("buyer")
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("seller")
    )
    gig = models.ForeignKey(
        "gigs.Gig", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    title = models.CharField(_("title"), max_length=80)
    # What both sides agreed to, as plain values: each stage's order takes it over into its snapshot.
    terms = models.JSONField(_("terms"), default=dict, db_default={}, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    stopped_words = models.CharField(_("why it was stopped"), max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("agreement in stages")
        verbose_name_plural = _("agreements in stages")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(buyer=F("seller")), name="orders_plan_two_people")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("orders:plan", args=[self.pk])


class OrderMilestone(models.Model):
    """A stage of an agreement. Its order is made when the buyer funds it: to the books a stage is an order like any other."""

    # The release before this one knew stages without a plan; nobody made any.
    plan = models.ForeignKey(MilestonePlan, on_delete=models.PROTECT, null=True, related_name="milestones")
    order = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, blank=True, related_name="milestone")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=80)
    description = models.CharField(_("what is delivered"), max_length=500, blank=True, db_default="", default="")
    amount_fen = models.BigIntegerField(_("amount in fen"))
    delivery_days = models.PositiveSmallIntegerField(_("delivery days"), db_default=1, default=1)
    revisions = models.PositiveSmallIntegerField(pgettext_lazy("of a package", "revisions"), db_default=0, default=0)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="orders_milestone_position_of_plan"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="orders_milestone_amount_positive"),
            models.CheckConstraint(condition=Q(delivery_days__gt=0), name="orders_milestone_days_positive"),
        ]

    def __str__(self) -> str:
        return self.title
