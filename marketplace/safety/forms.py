from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from marketplace.safety.models import Level, WordTopic

MOST_BYTES = 2 * 1024 * 1024


class WordsImportForm(forms.Form):
    """A file of watched words."""

    file = forms.FileField(
        label=_("CSV file"),
        validators=[FileExtensionValidator(["csv"])],
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_(
            "Export the list to get one with the right columns. Words that are there are changed, none is removed."
        ),
    )

    because = forms.CharField(
        label=_("Because"),
        max_length=200,
        help_text=_(
            "A file counts at once, without a dry run: why stands in the staff log. Single words are tried first."
        ),
        error_messages={"required": _("Please write why it is taken in at once: it stands in the staff log.")},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return file


class TryTextForm(forms.Form):
    """A text that the list is tried on."""

    text = forms.CharField(
        label=_("Try any text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Paste a message or a description: what would be found is marked. Nothing is kept."),
    )


class WordForm(WagtailAdminModelForm):
    """A watched word. What is saved is tried first, unless it is urgent."""

    at_once = forms.BooleanField(
        label=_("Put in use at once, without a dry run"), required=False, help_text=_("Only when it cannot wait.")
    )
    because = forms.CharField(label=_("Because"), max_length=200, required=False)

    def clean(self):
        data = super().clean()
        if data.get("at_once") and not (data.get("because") or "").strip():
            self.add_error("because", _("Please write why it cannot wait: it stands in the staff log."))
        return data


class DropForm(forms.Form):
    """Why a change is not put in use."""

    reason = forms.CharField(label=_("Why not"), max_length=200)


class VariantsForm(forms.Form):
    """A word, and the ways of writing it that are ticked."""

    word = forms.CharField(label=_("Word"), max_length=30)
    topic = forms.ChoiceField(
        label=pgettext_lazy("of a watched word", "topic"), choices=WordTopic.choices, required=False
    )
    level = forms.TypedChoiceField(label=_("what happens"), choices=Level.choices, coerce=int, required=False)
