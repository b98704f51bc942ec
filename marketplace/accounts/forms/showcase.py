"""Skills and work."""

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Portfolio, SkillArea, SkillLevel
from marketplace.core.forms import MultipleFileField

_MEDIA = "image/jpeg,image/png,image/webp,image/gif,video/mp4,video/webm,application/pdf"


class SkillForm(forms.Form):
    """A skill by its name; a button of the list sends its name too."""

    name = forms.CharField(label=_("Skill"), max_length=40)
    level = forms.ChoiceField(label=_("Level"), choices=SkillLevel.choices, initial=SkillLevel.PROFICIENT)


class SuggestionForm(forms.Form):
    """A skill that is missing in the list."""

    name = forms.CharField(label=_("Missing skill"), min_length=2, max_length=40)


class PieceForm(forms.ModelForm):
    """The words of a piece."""

    class Meta:
        model = Portfolio
        fields = ["title", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}


class MediaForm(forms.Form):
    """Files and a link to put into a piece."""

    files = MultipleFileField(  # type: ignore[assignment]
        label=_("Pictures, videos, PDFs"),
        required=False,
        allow_empty_file=True,
        max_length=255,
        help_text=_("Pictures up to 10 MB, MP4 or WebM up to 50 MB, PDF up to 20 MB. Several at once are fine."),
    )
    link = forms.CharField(
        label=_("Link"),
        required=False,
        max_length=300,
        help_text=_("https:// only. Visitors see which website it leads to."),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocapitalize": "none"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs["accept"] = _MEDIA


class NewPieceForm(MediaForm, PieceForm):
    """A whole piece at once."""

    field_order = ["title", "description", "files", "link"]

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("files") or cleaned.get("link")):
            self.add_error("files", _("Add at least one file or a link: there is nothing to see yet."))
        return cleaned


class MediumForm(forms.Form):
    """The words below a medium, and the poster of a film."""

    caption = forms.CharField(label=_("Caption"), max_length=120, required=False)
    poster = forms.FileField(
        label=_("Poster"),
        required=False,
        help_text=_("Shown before the film plays."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class ApproveForm(forms.Form):
    """A suggested skill as it goes into the list."""

    name_en = forms.CharField(label=_("English name"), max_length=60)
    area = forms.ChoiceField(label=_("Area"), choices=SkillArea.choices)
