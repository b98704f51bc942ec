"""What moderators fill in: why something is sent back, and what the queue is narrowed to."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.forms import TaskStateCommentForm

from marketplace.gigs import review_selectors
from marketplace.gigs.models import ReviewKind

WORDS_LIMIT = 500


def _reason_choices() -> list[tuple[str, str]]:
    return [(reason.code, str(reason)) for reason in review_selectors.offered_reasons()]


def _category_choices() -> list[tuple[str, str | Promise]]:
    names = [(str(category.pk), category.localized_name) for category in review_selectors.main_categories()]
    return [("", _("All categories")), *names]


class ApproveForm(forms.Form):
    """A word to colleagues, if any."""

    comment = forms.CharField(
        label=_("Note"), required=False, max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )


class SendBackForm(TaskStateCommentForm):
    """The codes, and words to the seller. Wagtail's own dialogue uses it too: what it cleans must go through JSON."""

    reasons = forms.MultipleChoiceField(
        label=pgettext_lazy("of sending back", "Reasons"), choices=_reason_choices, widget=forms.CheckboxSelectMultiple
    )
    comment = forms.CharField(
        label=_("Words to the seller"),
        required=False,
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say what would make it good. The reasons above are told as well."),
    )
    field_order = ("reasons", "comment")


class QueueForm(forms.Form):
    """The queue's filters, from the address: anything odd counts as not asked."""

    q = forms.CharField(label=_("Title or seller"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind of change"), required=False, choices=[("", _("All kinds")), *ReviewKind.choices]
    )
    category = forms.ChoiceField(label=_("Category"), required=False, choices=_category_choices)

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
