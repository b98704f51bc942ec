"""What was said, what of it was changed or taken back, and the files that came along."""

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from marketplace.messaging.models.conversations import Conversation


def private_storage():
    """Attachments are for the people of the conversation."""
    return storages["private"]


class MessageKind(models.TextChoices):
    TEXT = "text", _("Message")
    AUTO = "auto", _("Automatic reply")  # somebody's own words, sent for them while they are away
    SYSTEM = "system", _("From the platform")  # a line of the platform about the conversation itself; nobody's words


class SystemEvent(models.TextChoices):
    """What a line of the platform says. Its words are made for who reads them (system_lines.py)."""

    SUPPORT_JOINED = "support_joined", _("Support has joined")
    SUPPORT_LEFT = "support_left", _("Support has left")
    SUPPORT_SOLVED = "support_solved", _("Support has marked the question as solved")


class Message(models.Model):
    """One message. `sequence` is its place in the conversation, and the only order there is."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    # None: the platform itself.
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # 1, 2, 3 … without gaps, handed out under the conversation's lock. The release before writes none: a trigger of the
    # database hands one out then (0002_participants).
    sequence = models.PositiveBigIntegerField(_("number"), null=True)
    # Made by the window that sends: the same again is the same message.
    client_id = models.UUIDField(null=True, editable=False)
    kind = models.CharField(_("kind"), max_length=6, choices=MessageKind, default=MessageKind.TEXT, db_default="text")
    event = models.CharField(max_length=20, choices=SystemEvent, blank=True, default="", db_default="")
    # Empty once it was withdrawn: what it said is a revision then, for reports and disputes alone.
    body = models.TextField(_("text"), max_length=2000)
    # The service that a direct conversation was about at that moment: which order's evidence it may belong to.
    about = models.ForeignKey("gigs.Gig", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    quoted = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(_("sent at"))
    edited_at = models.DateTimeField(_("edited at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    # When words and files were removed because their time was over (services/emptying.py).
    emptied_at = models.DateTimeField(null=True, editable=False)
    # By a moderator, not by its writer.
    is_taken_out = models.BooleanField(_("removed"), default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["pk"]
        constraints = [
            # Conditional, so that they are indexes to the database and can be made beside what runs (0003_numbered).
            # Reading on from a number, either way; what is unread.
            models.UniqueConstraint(
                fields=["conversation", "sequence"],
                condition=Q(sequence__isnull=False),
                name="messaging_message_number",
            ),
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_id"],
                condition=Q(client_id__isnull=False),
                name="messaging_message_once",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "-id"], name="messaging_thread"),
            # What the release before counts its badge by.
            models.Index(fields=["conversation", "created_at"], name="messaging_unread"),
            # What the job of each hour begins with (keeping.py): it ends where nothing is old enough.
            models.Index(
                fields=["created_at"], condition=Q(emptied_at=None) & ~Q(kind="system"), name="messaging_not_emptied"
            ),
        ]

    def __str__(self) -> str:
        return self.body[:40]

    def get_absolute_url(self) -> str:
        return f"{self.conversation.get_absolute_url()}#message-{self.pk}"

    @property
    def title(self) -> str:
        """What lists call it: its first words, or that there are none any more."""
        return Truncator(self.body).chars(40) or str(self.gone_words if self.is_withdrawn else _("[File]"))

    @property
    def is_withdrawn(self) -> bool:
        """Whether it says nothing any more: its writer took it back, a moderator took it out, or its time is over."""
        return self.withdrawn_at is not None or self.emptied_at is not None

    @property
    def gone_words(self) -> "str | Promise":
        """What stands where a withdrawn message was told of."""
        if self.emptied_at is not None:
            return _("[Deleted: its time was over]")
        return _("[Removed by the platform]") if self.is_taken_out else _("[Withdrawn]")


class MessageRevision(models.Model):
    """What a message said before it was edited or withdrawn. Read by moderators and mediators alone."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    body = models.TextField(_("text"))
    replaced_at = models.DateTimeField(_("replaced at"))

    class Meta:
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.body[:40]


class AttachmentKind(models.TextChoices):
    """How a file is shown."""

    FILE = "file", _("File")
    IMAGE = "image", _("Picture")
    AUDIO = "audio", _("Voice message")


class MessageAttachment(models.Model):
    """A file sent along."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(_("file"), upload_to="messages/%Y/%m", storage=private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))
    kind = models.CharField(max_length=5, choices=AttachmentKind, default=AttachmentKind.FILE, db_default="file")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, default="", db_default="")
    # Of pictures: [{"width": 640, "height": 400, "webp": "name"}], smallest first, in the private storage too.
    previews = models.JSONField(default=list, blank=True, db_default=[])
    width = models.PositiveIntegerField(default=0, db_default=0)
    height = models.PositiveIntegerField(default=0, db_default=0)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
