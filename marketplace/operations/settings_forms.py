"""Forms of the desk of settings and flags: values are typed as people say them."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from marketplace.core.changes import REASON_LENGTH
from marketplace.core.config_definition import ConfigDefinition, Kind
from marketplace.core.config_words import read_typed, typed, typed_unit
from marketplace.moderation.people_forms import ROLE_NAMES
from marketplace.operations.settings_selectors import bounds_of

REASON: dict[str, Any] = {
    "label": _("Why"),
    "max_length": REASON_LENGTH,
    "error_messages": {"required": _("Please write why: whoever looks at this in a year has nothing else.")},
}


class ChangeForm(forms.Form):
    """Another value for one constant, from when on, and why."""

    value = forms.CharField(label=_("New value"), max_length=20)
    effective_at = forms.DateTimeField(
        label=_("In effect from"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=_("China's time. Empty: at once, or as soon as a second person agrees."),
    )
    reason = forms.CharField(
        **REASON, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Staff reads it beside the change.")
    )

    def __init__(self, *args: Any, definition: ConfigDefinition, current: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        choices = definition.choices
        if definition.kind == Kind.SWITCH:
            choices = ((1, pgettext("a setting", "On")), (0, pgettext("a setting", "Off")))
        if choices:
            self.fields["value"] = forms.TypedChoiceField(
                label=_("New value"), choices=choices, coerce=int, widget=forms.RadioSelect, initial=current
            )
            return
        field = self.fields["value"]
        field.initial = typed(definition, current)
        field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        field.help_text = gettext("In %(unit)s. %(bounds)s") % {
            "unit": typed_unit(definition),
            "bounds": bounds_of(definition),
        }

    def clean_value(self) -> int:
        """In the unit of the definition, whatever it was typed in."""
        value = self.cleaned_data["value"]
        if isinstance(value, int):
            return value
        try:
            return read_typed(self.definition, value)
        except ValueError as error:
            raise forms.ValidationError(
                gettext("Please type a number, in %(unit)s.") % {"unit": typed_unit(self.definition)}
            ) from error


class AnswerForm(forms.Form):
    """Why a change is refused."""

    answer = forms.CharField(
        label=_("Why not"),
        max_length=REASON_LENGTH,
        error_messages={"required": _("Please write why: your colleague reads it.")},
    )


# Groups of Wagtail's own that nobody of the team is in.
_OF_THE_CMS = ("Editors", "Moderators")
_GROUP_NAMES = dict(ROLE_NAMES)


class _StaffGroups(forms.ModelMultipleChoiceField):
    """Groups by the names that the team uses."""

    def label_from_instance(self, obj: Any) -> str:
        return str(_GROUP_NAMES.get(obj.name, obj.name))


class FlagForm(forms.Form):
    """For whom a feature is there."""

    is_on = forms.BooleanField(label=_("For everybody"), required=False)
    share_percent = forms.IntegerField(
        label=_("Or for a share of people, in percent"),
        min_value=0,
        max_value=100,
        help_text=_("Always the same people: who has it keeps it while the share grows."),
    )
    groups = _StaffGroups(
        label=_("And for these groups of staff"),
        queryset=Group.objects.exclude(name__in=_OF_THE_CMS).order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(**REASON, widget=forms.Textarea(attrs={"rows": 2}))
