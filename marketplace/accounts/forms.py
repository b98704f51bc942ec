from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Language, UserProfile


class SignupForm(AllauthSignupForm):
    """Phone number or e-mail address, one of them; a name to be called by; consent that is never pre-ticked."""

    field_order = ["phone", "email", "display_name", "password1", "consent"]

    display_name = forms.CharField(
        label=_("What shall we call you"),
        max_length=40,
        help_text=_("Others see this name. You can change it later."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    consent = forms.BooleanField(
        label=_("I have read and accept the terms of service and the privacy policy"),
        error_messages={"required": _("Without your consent we may not open an account for you.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Mobile number")
        self.fields["email"].label = _("E-mail address")
        self.fields["password1"].label = _("Password")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("phone") and not data.get("email"):
            raise ValidationError(_("Please give a mobile number or an e-mail address."), code="no_way_in")
        return data


class LoginForm(AllauthLoginForm):
    """Phone number or e-mail address, and the password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Mobile number or e-mail address")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].label = _("Password")
        self.fields["remember"].label = _("Stay logged in")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ProfileForm(forms.ModelForm):
    """What a person shows of themself."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Language, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = UserProfile
        fields = ["display_name", "headline", "about", "province", "city", "languages"]
        widgets = {"about": forms.Textarea(attrs={"rows": 6})}
