from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.reviews.integrity.services import WORDS_LENGTH


class DecisionForm(forms.Form):
    """Why the deals of a circle are none, or are honest."""

    words = forms.CharField(
        label=pgettext_lazy("of the decision about an integrity case", "Reason"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Taking reviews out of the scores: everybody in the case reads this, so name nobody else and no signal by which "
            "the next one would learn. Clearing: only colleagues read it."
        ),
    )
