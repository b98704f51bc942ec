from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AppealForm(forms.Form):
    """What a person should look at again."""

    words = forms.CharField(
        label=_("What should be looked at?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What is wrong, and what shows it. At most 1,000 characters."),
        error_messages={"required": _("Please write what should be looked at, in at most 1,000 characters.")},
    )


class AnswerForm(forms.Form):
    """What the person is answered."""

    answer = forms.CharField(
        label=pgettext_lazy("to an appeal", "Answer"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The person reads this: what you looked at, and why it is as it is."),
    )
