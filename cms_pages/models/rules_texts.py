"""The texts that people agree to, version by version. An announced one never changes: orders say which they were made under."""

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.fields import StreamField, StreamValue

from cms_pages.blocks import ProseStreamBlock
from cms_pages.errors import RulesTextError, RulesTextErrorCode
from marketplace.core import clock

LEAST_NOTICE = timedelta(days=7)  # 电子商务法 §34; staff may turn more (rules.notice_days), never less
COMMENT_LENGTH = 1000
EDITORS_FIELDS = frozenset({"document", "changes_zh", "changes_en", "body_zh", "body_en"})


class RulesDocument(models.TextChoices):
    """What there are versions of."""

    RULES = "rules", _("Platform rules")
    TERMS = "terms", _("Terms of service")
    PRIVACY = "privacy", _("Privacy policy")


class RulesText(models.Model):
    """One version of a document, in both languages: a draft, then announced with its day, then in force by itself."""

    document = models.CharField(pgettext_lazy("of rules", "document"), max_length=10, choices=RulesDocument)
    number = models.PositiveSmallIntegerField(pgettext_lazy("of a version", "number"), null=True, editable=False)
    changes_zh = models.TextField(_("what changes and why, in Chinese"), max_length=1000)
    changes_en = models.TextField(_("what changes and why, in English"), max_length=1000)
    body_zh = StreamField(ProseStreamBlock(), verbose_name=_("text in Chinese"))
    body_en = StreamField(ProseStreamBlock(), verbose_name=_("text in English"))
    announced_at = models.DateTimeField(_("announced at"), null=True, editable=False)
    comments_until = models.DateTimeField(_("comments until"), null=True, editable=False)
    effective_at = models.DateTimeField(_("in force from"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    # Values of the rule blocks, by key: those of the announcement, then those that held when a later version replaced it.
    figures = models.JSONField(default=dict, editable=False)
    # Settings that this version changes, by key: announced with it, put into force at its time (cms_pages/rules_figures.py).
    new_figures = models.JSONField(default=dict, db_default={}, editable=False)
    applied_at = models.DateTimeField(_("figures put into force at"), null=True, editable=False)
    # Members are told in the order of their ids, a batch of them at a time (cms_pages/tasks.py).
    told_through = models.BigIntegerField(default=0, editable=False)
    told_at = models.DateTimeField(_("members told at"), null=True, editable=False)
    # So are those who were told, when it is withdrawn.
    withdrawal_told_through = models.BigIntegerField(default=0, db_default=0, editable=False)
    withdrawal_told_at = models.DateTimeField(_("members told of the withdrawal at"), null=True, editable=False)

    panels = [
        HelpPanel(
            content=_(
                "A draft until it is announced: then it can no longer be changed. It takes effect by itself on its day. "
                "Copy the version in force to begin a new one."
            )
        ),
        FieldPanel("document"),
        MultiFieldPanel([FieldPanel("changes_zh"), FieldPanel("changes_en")], heading=_("What changes")),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(panels, heading=_("What changes")),
            ObjectList([FieldPanel("body_zh")], heading=_("Chinese")),
            ObjectList([FieldPanel("body_en")], heading=_("English")),
        ]
    )

    class Meta:
        verbose_name = _("version of a rules text")
        verbose_name_plural = _("rules texts")
        ordering = ["document", F("number").desc(nulls_first=True), "-pk"]
        permissions = [("announce_rulestext", "Can announce a version of the rules")]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="cms_rulestext_number"),
            models.CheckConstraint(
                condition=Q(announced_at=None, number=None, effective_at=None, comments_until=None)
                | Q(
                    announced_at__isnull=False,
                    number__isnull=False,
                    effective_at__isnull=False,
                    comments_until__isnull=False,
                ),
                name="cms_rulestext_announced_whole",
            ),
            models.CheckConstraint(
                condition=Q(announced_at=None)
                | Q(number=1)
                | Q(effective_at__gte=F("announced_at") + LEAST_NOTICE, comments_until__lte=F("effective_at")),
                name="cms_rulestext_notice",
            ),
        ]

    def __str__(self) -> str:
        name = str(self.get_document_display())
        return (
            f"{name} · {pgettext_lazy('a version of the rules', 'draft')}"
            if self.number is None
            else f"{name} · {self.number}"
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An announced text stays as it is, whoever saves it from wherever: only its marks may move on.

        A form that was opened while it was a draft knows nothing of an announcement since: only what editors write is written,
        under the row's lock. Raises RulesTextError ANNOUNCED.
        """
        if self._state.adding or self.pk is None:
            super().save(*args, **kwargs)
            return
        from cms_pages import locks  # which needs this model

        fields = set(EDITORS_FIELDS if kwargs.get("update_fields") is None else kwargs["update_fields"])
        with transaction.atomic():
            if fields & EDITORS_FIELDS and locks.lock_text(self.pk).announced_at is not None:
                raise RulesTextError(RulesTextErrorCode.ANNOUNCED)
            super().save(*args, **{**kwargs, "force_insert": False, "update_fields": fields})

    def get_absolute_url(self) -> str:
        """Where everybody reads this version, once it is announced."""
        return reverse("cms_pages:rules_text", args=[self.document, self.number])

    @property
    def state(self) -> str:
        """Where it stands, in words of the active language. An older version that was replaced says so only on its page."""
        if self.withdrawn_at is not None:
            return str(pgettext_lazy("a version of the rules", "withdrawn"))
        if self.announced_at is None:
            return str(pgettext_lazy("a version of the rules", "draft"))
        if self.is_coming:
            return str(pgettext_lazy("a version of the rules", "announced"))
        return str(pgettext_lazy("a version of the rules", "took effect"))

    @property
    def is_coming(self) -> bool:
        """Whether it is announced and does not hold yet."""
        return self.withdrawn_at is None and self.effective_at is not None and clock.now() < self.effective_at

    @property
    def takes_comments(self) -> bool:
        """Whether people can say now what they think of it. The first version of a document replaces nothing."""
        return self.is_coming and self.comments_until is not None and clock.now() < self.comments_until

    @property
    def body(self) -> StreamValue:
        """The text in the active language."""
        return self.body_en if (get_language() or "").startswith("en") else self.body_zh

    @property
    def changes(self) -> str:
        """What changes and why, in the active language."""
        return self.changes_en if (get_language() or "").startswith("en") else self.changes_zh


class RulesComment(models.Model):
    """What somebody thinks of announced rules. Holds nothing about who wrote it but what they write."""

    text = models.ForeignKey(
        RulesText, on_delete=models.PROTECT, related_name="comments", verbose_name=_("version of a rules text")
    )
    comment = models.TextField(pgettext_lazy("on announced rules", "comment"), max_length=COMMENT_LENGTH)
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    class Meta:
        verbose_name = _("comment on announced rules")
        verbose_name_plural = _("comments on announced rules")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.comment[:60]
