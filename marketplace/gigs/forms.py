"""The seller's form: one page of several small forms that together make a GigContent. Works without script."""

from decimal import Decimal
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.core.money import FEN_PER_YUAN, parse_yuan
from marketplace.gigs.content import (
    FeatureRow,
    PackageContent,
    RequirementContent,
    check_price,
    check_tags,
)
from marketplace.gigs.errors import GigError
from marketplace.gigs.models import GigCategory, PackageTier, RequirementKind
from marketplace.gigs.selectors import subcategory_choices

DELIVERY_DAYS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 18, 20, 21, 25, 28, 30, 35, 40, 45, 60, 75, 90)
REVISION_COUNTS = tuple(range(0, 11))
FEATURE_LIMIT, FAQ_LIMIT, EXTRA_LIMIT, NEED_LIMIT = 10, 10, 8, 10
# Words for "included" and "not included" in a comparison row; the first of each is what the form shows again.
YES_WORDS = ("含", "有", "是", "✓", "√", "yes")
NO_WORDS = ("—", "-", "无", "不含", "否", "no")


def _days_label(days: int) -> Any:
    return ngettext_lazy("%(days)s day", "%(days)s days", days) % {"days": days}


def _times_label(times: int) -> Any:
    return ngettext_lazy("%(times)s revision", "%(times)s revisions", times) % {"times": times}


class YuanField(forms.DecimalField):
    """An amount typed in yuan, a thousands comma allowed; cleans to whole fen."""

    unit = "yuan"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, min_value=Decimal("0.01"), **kwargs)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"})

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", "").replace("，", "") if isinstance(value, str) else value)

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else parse_yuan(amount)


def yuan_initial(amount_fen: int) -> str:
    """Fen as the form shows them: without decimals when whole."""
    yuan = Decimal(amount_fen) / FEN_PER_YUAN
    return f"{yuan:.0f}" if amount_fen % FEN_PER_YUAN == 0 else f"{yuan:.2f}"


class AboutForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        min_length=6,
        max_length=40,
        help_text=_("What you make, for whom, with what result. 6 to 40 characters."),
    )
    category = forms.ChoiceField(label=_("Subcategory"))
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=120,
        help_text=_("Up to five words buyers search for, with spaces or commas between."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What is delivered, how you work, what you need, what is not included."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = subcategory_choices()
        self._subcategories = {str(child.pk): child for _parent, children in groups for child in children}
        self.fields["category"].choices = [("", _("Choose a subcategory"))] + [
            (parent.localized_name, [(str(child.pk), child.localized_name) for child in children])
            for parent, children in groups
        ]

    def clean_category(self) -> GigCategory:
        return self._subcategories[self.cleaned_data["category"]]

    def clean_tags(self) -> tuple[str, ...]:
        words = self.cleaned_data["tags"].replace("，", " ").replace(",", " ").replace("、", " ").split()
        tags = tuple(dict.fromkeys(words))
        _check(check_tags, tags)
        return tags


class PackageForm(forms.Form):
    """One column of the package table. Left wholly empty, the package is not offered (basic always is)."""

    title = forms.CharField(label=_("Name"), max_length=12)
    description = forms.CharField(label=_("In one sentence"), max_length=60, widget=forms.Textarea(attrs={"rows": 3}))
    price_fen = YuanField(label=_("Price"))
    delivery_days = forms.TypedChoiceField(
        label=_("Delivery time"), coerce=int, choices=[(days, _days_label(days)) for days in DELIVERY_DAYS], initial=7
    )
    revisions = forms.TypedChoiceField(
        label=_("Revisions"), coerce=int, choices=[(times, _times_label(times)) for times in REVISION_COUNTS], initial=2
    )

    def __init__(self, *args: Any, tier: PackageTier, **kwargs: Any) -> None:
        self.tier = tier
        # Django's own "empty form is fine": the selects have a value always and do not count as a change.
        super().__init__(
            *args,
            prefix=f"package-{tier.value}",
            empty_permitted=tier != PackageTier.BASIC,
            use_required_attribute=False,
            **kwargs,
        )
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{tier.label} · {field.label}"

    def has_changed(self) -> bool:
        return (
            any(self[name].data not in (None, "") for name in ("title", "description", "price_fen"))
            if self.is_bound
            else False
        )

    def clean_price_fen(self) -> int:
        _check(check_price, self.cleaned_data["price_fen"])
        return self.cleaned_data["price_fen"]

    def content(self) -> PackageContent | None:
        """The package, or None when it is not offered."""
        data = self.cleaned_data
        return PackageContent(tier=self.tier.value, **data) if data.get("price_fen") else None


class FeatureForm(forms.Form):
    """A row of the package table that the seller names. Cleared, it is gone."""

    label = forms.CharField(label=_("What is compared"), max_length=20, required=False)
    basic = forms.CharField(label=_("Basic"), max_length=12, required=False)
    standard = forms.CharField(label=_("Standard"), max_length=12, required=False)
    premium = forms.CharField(label=_("Premium"), max_length=12, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        self.fields["label"].widget.attrs["placeholder"] = _("e.g. original drafts")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("label") and any(data.get(tier) for tier in PackageTier.values):
            self.add_error("label", _("Say what is compared in this row."))
        return data

    def row(self, tiers: list[str]) -> FeatureRow | None:
        """The row with a value for each of `tiers`; None when it was cleared."""
        data = self.cleaned_data
        return (
            FeatureRow(data["label"], tuple(_feature_value(data[tier]) for tier in tiers))
            if data.get("label")
            else None
        )

    @property
    def values(self) -> list[Any]:
        """The three fields of the columns."""
        return [self[tier] for tier in PackageTier.values]


class ExtraForm(forms.Form):
    title = forms.CharField(
        label=_("Add-on"), max_length=60, widget=forms.TextInput(attrs={"placeholder": _("Add-on")})
    )
    price_fen = YuanField(label=_("Price"))
    extra_days = forms.TypedChoiceField(
        label=_("Effect on the delivery time"),
        coerce=int,
        required=False,
        empty_value=0,
        initial=0,
        choices=[(0, _("Same time"))]
        + [
            (days, ngettext_lazy("%(days)s day more", "%(days)s days more", days) % {"days": days})
            for days in (1, 2, 3, 5, 7)
        ]
        + [
            (-days, ngettext_lazy("%(days)s day less", "%(days)s days less", days) % {"days": days})
            for days in (1, 2, 3, 5)
        ],
    )


class FaqForm(forms.Form):
    question = forms.CharField(label=_("Question"), max_length=120)
    answer = forms.CharField(label=_("Answer"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class NeedForm(forms.Form):
    prompt = forms.CharField(label=_("What you need to know"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Answered with"), choices=RequirementKind.choices, initial=RequirementKind.TEXT, required=False
    )
    choices = forms.CharField(
        label=_("Choices"), max_length=200, required=False, help_text=_("For a choice only, with commas between.")
    )
    optional = forms.BooleanField(label=_("May stay empty"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == RequirementKind.CHOICE and len(_split(data.get("choices", ""))) < 2:
            self.add_error("choices", _("Write at least two choices, with commas between."))
        return data

    def need(self) -> RequirementContent:
        """The question as content."""
        data = self.cleaned_data
        kind = data["kind"] or RequirementKind.TEXT
        choices = _split(data["choices"]) if kind == RequirementKind.CHOICE else ()
        return RequirementContent(data["prompt"], kind, choices, not data["optional"])


FeatureFormSet = formset_factory(FeatureForm, extra=2, max_num=FEATURE_LIMIT, validate_max=True)
ExtraFormSet = formset_factory(ExtraForm, extra=1, max_num=EXTRA_LIMIT, validate_max=True, can_delete=True)
FaqFormSet = formset_factory(FaqForm, extra=2, max_num=FAQ_LIMIT, validate_max=True, can_delete=True)
NeedFormSet = formset_factory(NeedForm, extra=2, max_num=NEED_LIMIT, validate_max=True, can_delete=True)


def _check(rule: Any, value: Any) -> None:
    try:
        rule(value)
    except GigError as error:
        raise forms.ValidationError(error.message) from error


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip())


def _feature_value(text: str) -> str | bool:
    text = text.strip()
    if text.lower() in YES_WORDS:
        return True
    return False if not text or text.lower() in NO_WORDS else text
