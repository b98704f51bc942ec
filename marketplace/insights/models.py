from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Analytics(models.Model):
    """One figure of one day. Computed by a job that gives the same result however often it runs."""

    day = models.DateField(_("day"))
    metric = models.CharField(_("figure"), max_length=60)
    dimension = models.CharField(_("dimension"), max_length=80, blank=True)
    value = models.BigIntegerField(_("value"))
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("daily figure")
        verbose_name_plural = _("daily figures")
        ordering = ["-day", "metric", "dimension"]
        constraints = [models.UniqueConstraint(fields=["day", "metric", "dimension"], name="insights_analytics_once")]
        # A figure over time, which is what every chart reads.
        indexes = [models.Index(fields=["metric", "day"], name="insights_figure_over_time")]

    def __str__(self) -> str:
        return f"{self.day} {self.metric} {self.value}"


class Channel(models.TextChoices):
    """Where a visit came from."""

    DIRECT = "direct", _("Directly")
    WECHAT = "wechat", _("WeChat")
    SEARCH = "search", _("Search engines")
    SOCIAL = "social", _("Social networks")
    CAMPAIGN = "campaign", _("Campaigns")
    MAIL = "mail", _("Mails and notices")
    OTHER = "other", _("Other sites")


class VisitorDay(models.Model):
    """How far one visitor came on one day of China's: the raw figures of the funnel, kept for ninety days.

    `visitor` is a hash keyed anew each day of account or browser, so that nobody can be followed from day to day.
    """

    day = models.DateField(_("day"))
    visitor = models.CharField(max_length=32, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.DIRECT)
    is_member = models.BooleanField(_("logged in"), default=False)
    pages = models.PositiveIntegerField(pgettext_lazy("how many", "pages"), default=0)
    searched = models.BooleanField(_("searched"), default=False)
    saw_gig = models.BooleanField(_("saw a service"), default=False)
    checked_out = models.BooleanField(_("came to the checkout"), default=False)
    ordered = models.BooleanField(_("placed an order"), default=False)
    paid = models.BooleanField(_("paid"), default=False)

    class Meta:
        verbose_name = _("visitor of a day")
        verbose_name_plural = _("visitors of days")
        constraints = [models.UniqueConstraint(fields=["day", "visitor"], name="insights_visitor_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.channel}"


class OrderChannel(models.Model):
    """By which channel the buyer of an order had come."""

    order = models.OneToOneField("orders.Order", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)

    class Meta:
        verbose_name = _("channel of an order")
        verbose_name_plural = _("channels of orders")

    def __str__(self) -> str:
        return f"{self.order_id} {self.channel}"


class ReportRhythm(models.TextChoices):
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every Monday")
    MONTHLY = "monthly", _("On the first of each month")


class ReportSubscription(models.Model):
    """Somebody of the staff gets figures by e-mail. An outbox of one row: `next_on` moves on when it was sent."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("for")
    )
    boards = ArrayField(models.CharField(max_length=40), verbose_name=_("figures"))
    rhythm = models.CharField(_("how often"), max_length=7, choices=ReportRhythm, default=ReportRhythm.WEEKLY)
    next_on = models.DateField(_("next on"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    is_active = models.BooleanField(pgettext_lazy("a report", "active"), default=True)

    class Meta:
        verbose_name = _("report by e-mail")
        verbose_name_plural = _("reports by e-mail")
        ordering = ["pk"]
        indexes = [models.Index(fields=["next_on"], condition=models.Q(is_active=True), name="insights_report_due")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.rhythm}"
