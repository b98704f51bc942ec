"""The form that takes a file."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File with services"),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.json,application/json"}),
        help_text=_(
            "XLSX or JSON, at most 2 MB and 50 services. You see what would change before anything is written."
        ),
    )
