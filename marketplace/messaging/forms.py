from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Any number of files; how many are allowed is the service's rule."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        cleaned = (super(MultipleFileField, self).clean(file, initial) for file in files if file)
        return [file for file in cleaned if file is not None]


class MessageForm(forms.Form):
    """What is typed below a conversation. Its limits are checked by the service, which the WebSocket calls too."""

    body = forms.CharField(label=_("Message"), required=False, strip=True)
    # Django keeps no class attribute for a field, so this does not hide the form's own `files`.
    files = MultipleFileField(  # type: ignore[assignment]
        label=_("Add files"), required=False, allow_empty_file=True, max_length=255
    )
