"""What stands at the bell."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NotificationKind(models.TextChoices):
    """What a notice is about: the rows of the page on which people choose what reaches them."""

    ORDER = "order", _("Orders")
    DISPUTE = "dispute", _("Disputes")
    OFFER = "offer", _("Offers and briefs")
    MESSAGE = "message", _("Messages")
    MONEY = "money", _("Money")
    GIG = "gig", _("Services")
    REVIEW = "review", _("Reviews")
    SEARCH = "search", _("Saved searches")
    SYSTEM = "system", _("Platform")
    SECURITY = "security", _("Security of the account")


class Notification(models.Model):
    """A line in somebody's notification centre, and the outbox of what is to leave the house because of it.

    Title and body are stored in the language of the site; with `notice` and `words` the same is said in another one.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=NotificationKind)
    notice = models.CharField(_("notice"), max_length=50, blank=True, default="", db_default="")
    words = models.JSONField(_("words"), default=dict, db_default={}, blank=True)
    title = models.CharField(_("title"), max_length=120)
    body = models.CharField(_("text"), max_length=300, blank=True)
    url = models.CharField(_("address"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    # Set while nobody has decided yet what leaves the house because of this line (spreading.py).
    spread_due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        indexes = [
            # The list of one person, newest first, and the count on the bell.
            models.Index(fields=["recipient", "-id"], name="notification_list"),
            models.Index(fields=["recipient"], condition=models.Q(read_at=None), name="notification_unread"),
            # What the job looks for every few seconds; hardly any row is in it.
            models.Index(fields=["id"], condition=models.Q(spread_due_at__isnull=False), name="notification_to_spread"),
            models.Index(fields=["created_at"], name="notification_day"),  # the figures of a day
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def said_title(self) -> str:
        """The title in the language of now."""
        from marketplace.notifications import wording  # the catalogue imports the models

        return wording.title_of(self)

    @property
    def said_body(self) -> str:
        """The text in the language of now; what somebody wrote stays as it was written."""
        from marketplace.notifications import wording

        return wording.body_of(self)
