"""What moderators work with: reasons to send a gig back, what waits for them, and Wagtail's tasks with our rules."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState, WorkflowState

from marketplace.core.models import TimeStamped
from marketplace.gigs.models.gigs import Gig


class GigPart(models.TextChoices):
    """The part of a gig that a reason is about: where in the editor it is mended."""

    WHOLE = "whole", _("The whole service")
    CATEGORY = "category", _("Category")
    TITLE = "title", _("Title")
    DESCRIPTION = "description", _("Description")
    TAGS = "tags", _("Tags")
    PACKAGES = "packages", _("Packages")
    EXTRAS = "extras", _("Add-ons")
    REQUIREMENTS = "requirements", _("Requirements")
    FAQS = "faqs", _("Questions")
    PICTURES = "pictures", _("Gallery")


class ReviewReason(models.Model):
    """Why a gig is sent back, in words that every moderator uses alike. Both languages stand in one row."""

    code = models.CharField(
        _("code"),
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^[A-Z][0-9]{1,3}$", _("A capital letter and a number, such as C1."))],
    )
    label = models.CharField(_("name in Chinese"), max_length=40)
    label_en = models.CharField(_("name in English"), max_length=60)
    advice = models.CharField(_("what to do, in Chinese"), max_length=200)
    advice_en = models.CharField(_("what to do, in English"), max_length=300)
    part = models.CharField(_("part of the service"), max_length=12, choices=GigPart, default=GigPart.WHOLE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(
        _("offered"), default=True, help_text=_("Switched off, it still explains reviews of the past.")
    )

    class Meta:
        verbose_name = _("reason to send a service back")
        verbose_name_plural = _("reasons to send services back")
        ordering = ["position", "code"]
        constraints = [models.CheckConstraint(condition=Q(part__in=GigPart.values), name="gigs_reason_known_part")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def localized_label(self) -> str:
        """The name in the language of the page."""
        return self.label_en if (get_language() or "").startswith("en") else self.label

    @property
    def localized_advice(self) -> str:
        """What the seller is to do, in the language of the page."""
        return self.advice_en if (get_language() or "").startswith("en") else self.advice


class ReviewKind(models.TextChoices):
    NEW = "new", pgettext_lazy("kind of change", "New service")
    PRICE = "price", _("Price")
    EDIT = "edit", _("Edit")


class ReviewCase(TimeStamped):
    """One revision at one task of the workflow: what our queue and our history know beside Wagtail's own task state."""

    gig = models.ForeignKey(Gig, on_delete=models.CASCADE, related_name="review_cases", verbose_name=_("service"))
    # Protected: Wagtail's `purge_revisions` passes over what somebody has read, which is evidence, and what later edits are
    # measured against.
    task_state = models.OneToOneField(
        "wagtailcore.TaskState",
        on_delete=models.PROTECT,
        related_name="review_case",
        verbose_name=pgettext_lazy("by a moderator", "review"),
    )
    kind = models.CharField(_("kind of change"), max_length=5, choices=ReviewKind)
    # What makes a person read it: keys of materiality.Matter. Empty where nothing did.
    matters = models.JSONField(_("what matters"), default=list, blank=True)
    # The steepest change of a package's price against the live one, in whole percent; null without one.
    steepest_percent = models.IntegerField(_("steepest change of a price in percent"), null=True, blank=True)
    # When the seller sent it: the second reviewer's clock runs on from there.
    submitted_at = models.DateTimeField(_("submitted at"))
    # Who approved it before, where this is the second look.
    first_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Who reads it now: a courtesy among colleagues, no lock.
    viewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    viewed_at = models.DateTimeField(null=True, blank=True)
    reasons = models.ManyToManyField(ReviewReason, blank=True, related_name="+", verbose_name=_("reasons"))
    words = models.TextField(_("moderator's words"), blank=True, default="")
    answer = models.CharField(_("seller's answer"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = pgettext_lazy("by a moderator", "review")
        verbose_name_plural = pgettext_lazy("by a moderator", "reviews")
        ordering = ["submitted_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=ReviewKind.values), name="gigs_case_known_kind")]

    def __str__(self) -> str:
        return f"{self.gig} · {self.get_kind_display()}"

    @property
    def is_second(self) -> bool:
        """Whether somebody approved it already."""
        return self.first_reviewer_id is not None


class GigTask(AbstractGroupApprovalTask):
    """A task of Wagtail's whose decisions go by our rules (services/reviews.py), from whichever page they come."""

    class Meta:
        abstract = True

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        """Nobody judges their own gig."""
        if isinstance(obj, Gig) and obj.seller_id == user.pk:
            return []
        actions: list[tuple[str, Any, bool]] = super().get_actions(obj, user)
        return actions

    def get_form_for_action(self, action: str) -> type[forms.Form]:
        """Wagtail's own dialogue asks for the codes as well."""
        from marketplace.gigs.review_forms import SendBackForm

        form: type[forms.Form] = SendBackForm if action == "reject" else super().get_form_for_action(action)
        return form

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> None:
        """Approve or send back. Raises GigError as services/reviews.py says."""
        from marketplace.gigs.services import reviews

        if not isinstance(task_state.workflow_state.content_object, Gig):
            super().on_action(task_state, user, action_name, **kwargs)
        elif action_name == "approve":
            reviews.approve_review(task_state_id=task_state.pk, moderator=user, words=kwargs.get("comment", ""))
        elif action_name == "reject":
            codes: Sequence[str] = kwargs.get("reasons", ())
            reviews.send_back(task_state_id=task_state.pk, moderator=user, codes=codes, words=kwargs.get("comment", ""))


class FirstReviewTask(GigTask):
    """A person reads what the seller sent; a change that nobody would notice is approved at once."""

    class Meta:
        verbose_name = _("review of a service")
        verbose_name_plural = _("reviews of services")

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        from marketplace.gigs import review_opening

        return review_opening.open_first(super().start(workflow_state, user=user))


class SecondReviewTask(GigTask):
    """A second person looks at a steep change of price; where there is none it is approved at once."""

    class Meta:
        verbose_name = _("second look at a steep price")
        verbose_name_plural = _("second looks at steep prices")

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        from marketplace.gigs import review_opening

        first = review_opening.first_task_again(workflow_state)
        if first is not None:
            # Sent back at the second look: what the seller changed since is read from the beginning.
            return first.start(workflow_state, user=user)
        return review_opening.open_second(super().start(workflow_state, user=user))

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        """Not for whoever approved it before: two people, not one twice."""
        if isinstance(obj, Gig) and self._approved_first(obj, user):
            return []
        return super().get_actions(obj, user)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> models.QuerySet[TaskState]:
        """What this person finds on Wagtail's first page."""
        states: models.QuerySet[TaskState] = super().get_task_states_user_can_moderate(user, **kwargs)
        return states.exclude(pk__in=ReviewCase.objects.filter(first_reviewer=user).values("task_state"))

    def _approved_first(self, gig: Gig, user: Any) -> bool:
        state = gig.current_workflow_state
        return (
            state is not None
            and ReviewCase.objects.filter(task_state=state.current_task_state_id, first_reviewer=user).exists()
        )
