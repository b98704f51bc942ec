from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import MultipleFileField


class MessageForm(forms.Form):
    """What is typed below a conversation. Its limits are checked by the service, which the WebSocket calls too."""

    body = forms.CharField(label=_("Message"), required=False, strip=True)
    # The answer to a warning about contact details: it goes as it is.
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # Django keeps no class attribute for a field, so this does not hide the form's own `files`.
    files = MultipleFileField(  # type: ignore[assignment]
        label=_("Add files"), required=False, allow_empty_file=True, max_length=255
    )
