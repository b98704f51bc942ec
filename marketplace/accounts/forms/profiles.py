"""What a person shows of themself."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Language, LanguageLevel, UserProfile
from marketplace.accounts.places import provinces
from marketplace.core.pictures import Square

_PICTURES = "image/jpeg,image/png,image/webp,image/gif"
_DAYS = [(number + 1, name) for number, name in WEEKDAYS_ABBR.items()]


_COMMON = ("language_zh", "language_en")


def _place_choices(profile: UserProfile) -> tuple[list[Any], list[Any]]:
    """Provinces, and cities in groups by province: both work without script, which only leaves out what does not fit.

    A place from before the list stays choosable for whoever has it.
    """
    is_english = get_language() == "en"
    named = [(row.name, row.name_en if is_english else row.name) for row in provinces().values()]
    grouped = [
        (label, [(city, english if is_english else city) for city, english in provinces()[name].cities.items()])
        for name, label in named
    ]
    if profile.province and profile.province not in provinces():
        named.insert(0, (profile.province, profile.province))
    known = {city for _label, cities in grouped for city, _name in cities}
    if profile.city and profile.city not in known:
        grouped.insert(0, (profile.province, [(profile.city, profile.city)]))
    empty = ("", _("Please choose"))
    return [empty, *named], [empty, *grouped]


class ProfileForm(forms.ModelForm):
    """What a person shows of themself. The languages are fields of their own, `language_zh` and so on."""

    class Meta:
        model = UserProfile
        fields = ["display_name", "headline", "about", "province", "city"]
        widgets = {"about": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen, cities = _place_choices(self.instance)
        for name, choices in (("province", chosen), ("city", cities)):
            label = self.fields[name].label
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
        self.fields["province"].widget.attrs["data-province"] = "id_city"
        self.fields["headline"].help_text = _("One line below your name: what you do, for whom.")
        self.fields["about"].help_text = _("What you have done, how you work. No contact details: orders stay here.")
        levels = dict(self.instance.language_levels)
        for code, label in Language.choices:
            self.fields[f"language_{code}"] = forms.ChoiceField(
                label=label,
                choices=[("", _("Not spoken")), *LanguageLevel.choices],
                required=False,
                initial=levels.get(code, ""),
            )

    @property
    def about_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("display_name", "headline", "about")]

    @property
    def place_fields(self) -> list[forms.BoundField]:
        return [self["province"], self["city"]]

    @property
    def language_fields(self) -> list[forms.BoundField]:
        """Those that most people answer, and those that this person has answered."""
        return [field for field in self._languages() if field.name in _COMMON or field.value()]

    @property
    def further_language_fields(self) -> list[forms.BoundField]:
        """The rest, folded away."""
        return [field for field in self._languages() if field.name not in _COMMON and not field.value()]

    def _languages(self) -> list[forms.BoundField]:
        return [self[f"language_{code}"] for code in Language.values]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        province, city = cleaned.get("province", ""), cleaned.get("city", "")
        known = provinces().get(province)
        is_kept = (province, city) == (self.initial.get("province"), self.initial.get("city"))
        if city and not is_kept and (known is None or city not in known.cities):
            self.add_error("city", _("Choose a city that belongs to the province."))
        return cleaned

    def values(self) -> dict[str, object]:
        """What services.update_profile takes."""
        data = self.cleaned_data
        languages = [
            {"code": code, "level": data[f"language_{code}"]}
            for code in Language.values
            if data.get(f"language_{code}")
        ]
        return {name: data[name] for name in self.Meta.fields} | {"languages": languages}


class HandleForm(forms.Form):
    """The address of one's page."""

    handle = forms.RegexField(
        label=_("Address"),
        regex=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        min_length=3,
        max_length=30,
        error_messages={"invalid": _("Small letters, digits and single hyphens, beginning with a letter.")},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )


class PortraitForm(forms.Form):
    """A picture, and what of it is shown: pixels of the upright picture. Without the three numbers it is the middle."""

    portrait = forms.FileField(
        label=_("Picture"),
        help_text=_("JPG, PNG or WebP up to 10 MB. Your face or your mark, cut to a square."),
        widget=forms.FileInput(attrs={"accept": _PICTURES, "data-crop-source": ""}),
    )
    x = forms.IntegerField(required=False, widget=forms.HiddenInput(attrs={"data-crop": "x"}))
    y = forms.IntegerField(required=False, widget=forms.HiddenInput(attrs={"data-crop": "y"}))
    size = forms.IntegerField(required=False, widget=forms.HiddenInput(attrs={"data-crop": "size"}))

    def square(self) -> Square | None:
        x, y, size = (self.cleaned_data.get(name) for name in ("x", "y", "size"))
        return Square(x, y, size) if None not in (x, y, size) and size > 0 else None


class CertificateForm(forms.Form):
    """A certificate as its holder names it."""

    title = forms.CharField(label=_("Certificate"), max_length=60)
    issuer = forms.CharField(label=_("Issued by"), max_length=60)
    year = forms.IntegerField(label=_("Year"), min_value=1960)
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("Everybody sees it. Cover your identity card number first."),
        widget=forms.FileInput(attrs={"accept": _PICTURES}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].max_value = timezone.localdate().year  # type: ignore[attr-defined]
        self.fields["year"].widget.attrs.update(max=timezone.localdate().year, inputmode="numeric")

    def clean_year(self) -> int:
        year = int(self.cleaned_data["year"])
        if year > timezone.localdate().year:
            raise forms.ValidationError(_("That year has not come yet."))
        return year


class HoursForm(forms.Form):
    """On which days and between which hours somebody works."""

    days = forms.TypedMultipleChoiceField(
        label=_("Working days"), choices=_DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    work_from = forms.TimeField(
        label=_("Work begins"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    work_until = forms.TimeField(
        label=_("Work ends"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )


class AwayForm(forms.Form):
    """From when until when somebody is away, what becomes of orders, and what buyers read meanwhile."""

    begins = forms.DateField(
        label=_("Away from"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("Leave it empty to begin today."),
    )
    until = forms.DateField(
        label=_("Back on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("Leave it empty if you do not know yet: it ends when you say that you are back."),
    )
    takes_orders = forms.TypedChoiceField(
        label=_("New orders meanwhile"),
        choices=[
            ("", _("Refuse: my services are not in lists, and their pages say when I am back")),
            ("yes", _("Take: my services stay in lists with a note that it takes longer")),
        ],
        coerce=bool,
        empty_value=False,
        required=False,
        initial="",
        widget=forms.RadioSelect,
    )
    message = forms.CharField(
        label=_("What buyers read meanwhile"),
        max_length=200,
        required=False,
        help_text=_("It stands on your page and on your services."),
    )
