from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import MultipleFileField
from marketplace.messaging.models import AwayReply, MessageTemplate
from marketplace.messaging.sent_files import MESSAGE
from marketplace.orders.delivery_forms import SentFilesForm


class MessageForm(SentFilesForm):
    """What is typed below a conversation. Its limits are checked by the service, which the WebSocket calls too."""

    purpose = MESSAGE
    # Whether it was warned of something, and may be sent all the same.
    is_warned = False

    body = forms.CharField(label=_("Message"), required=False, strip=True)
    client_id = forms.UUIDField(required=False)
    # The answer to a warning about contact details: it goes as it is.
    confirmed = forms.BooleanField(required=False)
    quoted = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    @property
    def mark(self) -> UUID | None:
        """What the window calls this message."""
        return self.cleaned_data.get("client_id")


class EditForm(forms.Form):
    """New words for a message; their limits are the service's."""

    is_warned = False
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)
    body = forms.CharField(label=_("Message"), widget=forms.Textarea(attrs={"rows": 4}))


class SupportForm(forms.Form):
    """What a mediator says to both sides of an order."""

    body = forms.CharField(label=_("Message"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    files = MultipleFileField(label=_("Files"), required=False)
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)


class TemplateForm(forms.ModelForm):
    """A quick reply of one's own."""

    class Meta:
        model = MessageTemplate
        fields = ("title", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "body": _(
                "{name} becomes the name of who reads it, {service} the service you talk about, {order} its number."
            )
        }


class AwayForm(forms.ModelForm):
    """What is answered while one is away."""

    class Meta:
        model = AwayReply
        fields = ("is_on", "hours_from", "hours_to", "body")
        widgets = {
            "body": forms.Textarea(attrs={"rows": 3}),
            "hours_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "hours_to": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
