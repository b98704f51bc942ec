"""What staff did and what personal data staff looked at."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class AdminLog(models.Model):
    """A line of the staff log. Append-only: the database refuses to change or delete one (migration 0002)."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    action = models.CharField(_("action"), max_length=60)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, blank=True)
    object_id = models.PositiveBigIntegerField(null=True, blank=True)
    subject = GenericForeignKey()
    data = models.JSONField(_("details"), default=dict, blank=True)
    # Somebody's personal data was looked at, and nothing changed (个人信息保护法 §51: access is recorded).
    is_reading = models.BooleanField(_("only looked at"), default=False, db_default=False)
    # Of what was changed, the fields that changed alone.
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    # One request of a browser: several lines of one act belong together.
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("staff action")
        verbose_name_plural = _("staff log")
        ordering = ["-pk"]
        indexes = [
            # What was done to a person, on their page.
            models.Index(fields=["content_type", "object_id", "-id"], name="moderation_log_of_subject"),
            # What one of the staff did, and what was done on a day.
            models.Index(fields=["actor", "-id"], name="moderation_log_of_actor"),
            models.Index(fields=["action", "-id"], name="moderation_log_of_action"),
            models.Index(fields=["created_at"], name="moderation_log_time"),
            # What came from one place; lines of the time before addresses were kept have none.
            models.Index(
                fields=["address", "-id"], condition=models.Q(address__isnull=False), name="moderation_log_from"
            ),
            # The lines of one request stand together.
            models.Index(fields=["request_id"], condition=~models.Q(request_id=""), name="moderation_log_request"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.action}"
