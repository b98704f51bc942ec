"""What moderators fill in: why something is sent back, and what the queue is narrowed to."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.forms import TaskStateCommentForm

from marketplace.gigs import review_selectors
from marketplace.gigs.models import ReviewKind

WORDS_LIMIT = 500


class ApproveForm(forms.Form):
    """A word to colleagues, if any."""

    comment = forms.CharField(
        label=_("Note"), required=False, max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 2})
    )


class SendBackForm(TaskStateCommentForm):
    """The codes, and words to the seller. Wagtail's own dialogue uses it too: what it cleans must go through JSON."""

    reasons = forms.MultipleChoiceField(label=_("Reasons"), widget=forms.CheckboxSelectMultiple)
    comment = forms.CharField(
        label=_("Words to the seller"),
        required=False,
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Say what would make it good. The reasons above are told as well."),
    )
    field_order = ("reasons", "comment")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reasons"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(reason.code, str(reason)) for reason in review_selectors.offered_reasons()]


class QueueForm(forms.Form):
    """The queue's filters, from the address: anything odd counts as not asked."""

    q = forms.CharField(label=_("Title or seller"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind of change"), required=False, choices=[("", _("All kinds")), *ReviewKind.choices]
    )
    category = forms.ChoiceField(label=_("Category"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("All categories")),
            *[(str(category.pk), category.localized_name) for category in review_selectors.main_categories()],
        ]

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
