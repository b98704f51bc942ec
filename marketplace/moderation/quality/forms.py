from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.moderation.models import Effect


def _long(label, help_text="", missing="", rows=4, **attributes):
    errors = {"required": missing} if missing else {}
    return forms.CharField(
        label=label,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        error_messages=errors,
        **attributes,
    )


class DecisionAppealForm(forms.Form):
    """Why a decision is wrong."""

    words = _long(
        _("Why is it wrong?"),
        _("What was overlooked, and what shows it. At most 1,000 characters."),
        _("Please write why it is wrong, in at most 1,000 characters."),
        rows=6,
    )


class AppealAnswerForm(forms.Form):
    """What the person is answered."""

    answer = _long(
        pgettext_lazy("to an appeal", "Answer"),
        _("The person reads this: what you looked at, and why it is as it is."),
        _("Please write an answer: the person reads it."),
    )


class OpinionQuestionForm(forms.Form):
    """What a colleague is asked."""

    question = _long(
        _("What do you want to know?"),
        _("A colleague reads this together with the case."),
        _("Please write a sentence or two, in at most 1,000 characters."),
        rows=3,
    )


class OpinionAnswerForm(forms.Form):
    """What the colleague thinks."""

    would_act = forms.TypedChoiceField(
        label=_("I would"),
        choices=[("1", pgettext_lazy("a second opinion", "act")), ("0", pgettext_lazy("a second opinion", "leave it"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    answer = _long(
        pgettext_lazy("a second opinion", "Because"),
        "",
        _("Please write a sentence or two, in at most 1,000 characters."),
        rows=3,
    )


class BlindForm(forms.Form):
    """What the checker would have decided, before the decision is shown."""

    would_be = forms.ChoiceField(
        label=_("I would have decided"),
        choices=Effect.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please say what you would have decided: the decision is shown then.")},
    )


class CheckForm(forms.Form):
    """Whether the checker agrees. `seen` proves that they said first what they would have decided."""

    seen = forms.CharField(widget=forms.HiddenInput)
    agrees = forms.TypedChoiceField(
        label=pgettext_lazy("a check of a decision", "The decision"),
        choices=[
            ("1", pgettext_lazy("a check of a decision", "is right")),
            ("0", pgettext_lazy("a check of a decision", "is wrong")),
        ],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    remark = _long(
        pgettext_lazy("a check of a decision", "Remark"),
        _("For colleagues. Needed where the decision is wrong."),
        rows=3,
        required=False,
    )


class UndoForm(forms.Form):
    """Why a decision is undone."""

    because = forms.CharField(
        label=_("Why it is undone"),
        max_length=300,
        help_text=_("The person reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
