"""Step 2: what is sold, at which price: packages, what they differ in, add-ons."""

from dataclasses import replace
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.content import (
    EXTRA_LIMIT,
    FEATURE_LIMIT,
    ExtraContent,
    FeatureRow,
    GigContent,
    PackageContent,
    check_extra_price,
    check_price,
)
from marketplace.gigs.forms.fields import YuanField, yuan_initial
from marketplace.gigs.forms.step import Row, StepForm, check, kept
from marketplace.gigs.models import PackageTier

DELIVERY_DAYS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 18, 20, 21, 25, 28, 30, 35, 40, 45, 60, 75, 90)
REVISION_COUNTS = tuple(range(0, 11))
# Words for "included" and "not included" in a comparison row; the first of each is what the form shows again.
YES_WORDS = ("含", "有", "是", "✓", "√", "yes")
NO_WORDS = ("—", "-", "无", "不含", "否", "no")


# Choices are asked for by each form, in the language of its page: a lazy plural with its number filled in is lazy no more.
def _days_choices() -> list[tuple[int, str]]:
    return [(days, ngettext("%(days)s day", "%(days)s days", days) % {"days": days}) for days in DELIVERY_DAYS]


def _revision_choices() -> list[tuple[int, str]]:
    return [
        (times, ngettext("%(times)s revision", "%(times)s revisions", times) % {"times": times})
        for times in REVISION_COUNTS
    ]


def _extra_days_choices() -> list[tuple[int, str]]:
    more = [
        (days, ngettext("%(days)s day more", "%(days)s days more", days) % {"days": days}) for days in (1, 2, 3, 5, 7)
    ]
    less = [
        (-days, ngettext("%(days)s day less", "%(days)s days less", days) % {"days": days}) for days in (1, 2, 3, 5)
    ]
    return [(0, gettext("Same time")), *more, *less]


class PackageForm(Row):
    """One column of the package table. Left wholly empty, the package is not offered."""

    # The selects have a value always and do not tell.
    telling = ("title", "description", "price_fen")

    title = forms.CharField(label=_("Name"), max_length=12, required=False)
    description = forms.CharField(
        label=_("In one sentence"), max_length=60, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    price_fen = YuanField(label=_("Price"), required=False)
    delivery_days = forms.TypedChoiceField(
        label=_("Delivery time"),
        coerce=int,
        required=False,
        empty_value=7,
        choices=_days_choices,
        initial=7,
    )
    revisions = forms.TypedChoiceField(
        label=_("Revisions"),
        coerce=int,
        required=False,
        empty_value=2,
        choices=_revision_choices,
        initial=2,
    )

    def __init__(self, *args: Any, tier: PackageTier, **kwargs: Any) -> None:
        self.tier = tier
        super().__init__(*args, prefix=f"package-{tier.value}", **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{tier.label} · {field.label}"

    def clean_price_fen(self) -> int | None:
        price_fen = self.cleaned_data["price_fen"]
        if price_fen is not None:
            check(check_price, price_fen)
        return price_fen

    def package(self, before: PackageContent | None) -> PackageContent | None:
        """The package, or None when it is not offered."""
        if not self.is_filled():
            return None
        known = before or PackageContent(self.tier.value, "", "", 0, 7, 2)
        data = self.cleaned_data
        return PackageContent(
            tier=self.tier.value,
            title=data.get("title", known.title),
            description=data.get("description", known.description),
            # An emptied field is 0, a faulty one keeps what was there.
            price_fen=(data["price_fen"] or 0) if "price_fen" in data else known.price_fen,
            delivery_days=data.get("delivery_days", known.delivery_days),
            revisions=data.get("revisions", known.revisions),
        )


class FeatureForm(Row):
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

    def is_filled(self) -> bool:
        """“Not included” in every column says nothing without a name."""
        return bool((self["label"].data or "").strip()) or any(
            feature_value(self[tier].data or "") is not False for tier in PackageTier.values
        )

    def row(self, tiers: list[str]) -> FeatureRow:
        """The row with a value for each of `tiers`."""
        values = tuple(feature_value(self.value(tier, "")) for tier in tiers)
        return FeatureRow(self.value("label", ""), values)

    @property
    def values(self) -> list[Any]:
        """The three fields of the columns."""
        return [self[tier] for tier in PackageTier.values]


class ExtraForm(Row):
    telling = ("title", "price_fen")

    title = forms.CharField(
        label=_("Add-on"), max_length=60, required=False, widget=forms.TextInput(attrs={"placeholder": _("Add-on")})
    )
    price_fen = YuanField(label=_("Price"), required=False)
    extra_days = forms.TypedChoiceField(
        label=_("Effect on the delivery time"),
        coerce=int,
        required=False,
        empty_value=0,
        initial=0,
        choices=_extra_days_choices,
    )

    def clean_price_fen(self) -> int | None:
        price_fen = self.cleaned_data["price_fen"]
        if price_fen is not None:
            check(check_extra_price, price_fen)
        return price_fen

    def extra(self) -> ExtraContent:
        """The add-on as content."""
        return ExtraContent(self.value("title", ""), self.value("price_fen", 0), self.value("extra_days", 0))


FeatureFormSet = formset_factory(FeatureForm, extra=2, max_num=FEATURE_LIMIT, validate_max=True)
ExtraFormSet = formset_factory(ExtraForm, extra=1, max_num=EXTRA_LIMIT, validate_max=True, can_delete=True)


class PackagesStep(StepForm):
    template = "gigs/wizard/_packages.html"

    def build(self, content: GigContent, bound: dict[str, Any]) -> None:
        self._by_tier = {package.tier: package for package in content.packages}
        self.packages = [
            PackageForm(**bound, tier=tier, initial=_package_initial(self._by_tier.get(tier.value)))
            for tier in PackageTier
        ]
        # A bound formset is given no rows to begin with: the page may know fewer than are stored by now.
        features = {} if bound else {"initial": _feature_initial(content)}
        extras = {} if bound else {"initial": [_extra_initial(extra) for extra in content.extras]}
        self.features = FeatureFormSet(**bound, **features, prefix="features")
        self.extras = ExtraFormSet(**bound, **extras, prefix="extras")

    @property
    def package_rows(self) -> list[tuple[str, Any, list[Any]]]:
        """The package table by rows: name, label, and the three bound fields."""
        names = ("title", "description", "price_fen", "delivery_days", "revisions")
        return [(name, self.packages[0][name].label, [form[name] for form in self.packages]) for name in names]

    def parts(self) -> list[Any]:
        return [*self.packages, self.features, self.extras]

    def next_row(self) -> str:
        return f"extras-{len(kept(self.extras))}-title"

    def content(self) -> GigContent:
        packages = tuple(
            package for form in self.packages if (package := form.package(self._by_tier.get(form.tier.value)))
        )
        tiers = [package.tier for package in packages]
        return replace(
            self.before,
            packages=packages,
            features=tuple(form.row(tiers) for form in kept(self.features)),
            extras=tuple(form.extra() for form in kept(self.extras)),
        )


def feature_value(text: str) -> str | bool:
    """What a cell says: a word for yes or no, or how much."""
    text = text.strip()
    if text.lower() in YES_WORDS:
        return True
    return False if not text or text.lower() in NO_WORDS else text


def _package_initial(package: PackageContent | None) -> dict[str, Any]:
    if package is None:
        return {}
    return {
        **{name: value for name, value in vars(package).items() if name != "tier"},
        "price_fen": yuan_initial(package.price_fen),
    }


def _extra_initial(extra: ExtraContent) -> dict[str, Any]:
    return {**vars(extra), "price_fen": yuan_initial(extra.price_fen)}


def _feature_text(value: str | bool) -> str:
    return value if isinstance(value, str) else YES_WORDS[0] if value else NO_WORDS[0]


def _feature_initial(content: GigContent) -> list[dict[str, Any]]:
    tiers = [package.tier for package in content.packages]
    return [
        {"label": row.label, **{tier: _feature_text(value) for tier, value in zip(tiers, row.values, strict=False)}}
        for row in content.features
    ]
