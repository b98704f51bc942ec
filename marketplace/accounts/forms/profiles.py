"""What a person shows of themself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Language, UserProfile


class ProfileForm(forms.ModelForm):
    """What a person shows of themself."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Language, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = UserProfile
        fields = ["display_name", "headline", "about", "province", "city", "languages"]
        widgets = {"about": forms.Textarea(attrs={"rows": 6})}
