"""The seller's page of forms as one thing: filled from a GigContent, giving one back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BaseFormSet
from django.utils.datastructures import MultiValueDict

from marketplace.accounts.models import User
from marketplace.gigs.content import (
    ExtraContent,
    FaqContent,
    GigContent,
    PackageContent,
    RequirementContent,
    check_packages,
)
from marketplace.gigs.errors import GigError
from marketplace.gigs.forms import (
    NO_WORDS,
    YES_WORDS,
    AboutForm,
    ExtraFormSet,
    FaqFormSet,
    FeatureFormSet,
    NeedFormSet,
    PackageForm,
    yuan_initial,
)
from marketplace.gigs.gallery import GalleryForm
from marketplace.gigs.gallery_files import subject_of
from marketplace.gigs.models import PackageTier


class GigEditor:
    """All forms of the page as one: `is_valid()`, then `content()`."""

    def __init__(
        self,
        content: GigContent | None,
        *,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        owner: User,
        gig_id: int | None = None,
    ) -> None:
        bound: dict[str, Any] = {"data": data, "files": files}
        self.about = AboutForm(**bound, initial=_about_initial(content))
        by_tier = {package.tier: package for package in content.packages} if content else {}
        self.packages = [
            PackageForm(**bound, tier=tier, initial=_package_initial(by_tier.get(tier.value))) for tier in PackageTier
        ]
        self.features = FeatureFormSet(**bound, prefix="features", initial=_feature_initial(content))
        self.extras = ExtraFormSet(
            **bound, prefix="extras", initial=[_extra_initial(extra) for extra in content.extras] if content else []
        )
        self.faqs = FaqFormSet(**bound, prefix="faqs", initial=[vars(faq) for faq in content.faqs] if content else [])
        self.needs = NeedFormSet(
            **bound, prefix="needs", initial=[_need_initial(need) for need in content.requirements] if content else []
        )
        self.gallery = GalleryForm(
            **bound,
            owner=owner,
            kept=content,
            subject=subject_of(gig_id),
            complete=data is not None and "submit" in data,
        )

    @property
    def package_rows(self) -> list[tuple[str, Any, list[Any]]]:
        """The package table by rows: name, label, and the three bound fields."""
        names = ("title", "description", "price_fen", "delivery_days", "revisions")
        return [(name, self.packages[0][name].label, [form[name] for form in self.packages]) for name in names]

    @property
    def package_errors(self) -> list[bool]:
        """For each package whether something in its column must be mended, to mark its tab."""
        return [bool(form.errors) for form in self.packages]

    def is_valid(self) -> bool:
        """Whether every form is in order and the packages agree with one another. Every fault is shown at once."""
        parts: list[forms.BaseForm | BaseFormSet] = [
            self.about,
            *self.packages,
            self.features,
            self.extras,
            self.faqs,
            self.needs,
            self.gallery,
        ]
        # A list, not a generator: every part is asked, so that all faults are shown at once.
        valid = all([part.is_valid() for part in parts])  # noqa: C419
        if valid:
            try:
                check_packages(self._packages())
            except GigError as error:
                self.packages[-1 if self.packages[-1].content() else 1].add_error("price_fen", error.message)
                valid = False
        return valid

    def content(self) -> GigContent:
        """What was typed. Call after `is_valid()`."""
        about = self.about.cleaned_data
        packages = self._packages()
        tiers = [package.tier for package in packages]
        content = GigContent(
            category=about["category"],
            title=about["title"].strip(),
            description=about["description"].strip(),
            tags=about["tags"],
            packages=packages,
            features=tuple(row for form in _filled(self.features) if (row := form.row(tiers))),
            extras=tuple(ExtraContent(**_without_delete(form)) for form in _filled(self.extras)),
            faqs=tuple(FaqContent(**_without_delete(form)) for form in _filled(self.faqs)),
            requirements=tuple(form.need() for form in _filled(self.needs)),
        )
        return self.gallery.applied_to(content)

    def _packages(self) -> tuple[PackageContent, ...]:
        return tuple(package for form in self.packages if (package := form.content()))


def _filled(formset: BaseFormSet) -> list[Any]:
    return (
        [form for form in formset if form.has_changed() and not form.cleaned_data.get("DELETE")]
        if formset.is_bound
        else []
    )


def _without_delete(form: forms.Form) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}


def _about_initial(content: GigContent | None) -> dict[str, Any]:
    if content is None:
        return {}
    return {
        "title": content.title,
        "category": str(content.category.pk),
        "tags": " ".join(content.tags),
        "description": content.description,
    }


def _package_initial(package: PackageContent | None) -> dict[str, Any]:
    if package is None:
        return {}
    return {
        **{name: value for name, value in vars(package).items() if name != "tier"},
        "price_fen": yuan_initial(package.price_fen),
    }


def _extra_initial(extra: ExtraContent) -> dict[str, Any]:
    return {**vars(extra), "price_fen": yuan_initial(extra.price_fen)}


def _need_initial(need: RequirementContent) -> dict[str, Any]:
    return {"prompt": need.prompt, "kind": need.kind, "choices": "，".join(need.choices), "optional": not need.required}


def _feature_text(value: str | bool) -> str:
    return value if isinstance(value, str) else YES_WORDS[0] if value else NO_WORDS[0]


def _feature_initial(content: GigContent | None) -> list[dict[str, Any]]:
    if content is None:
        return []
    tiers = [package.tier for package in content.packages]
    return [
        {"label": row.label, **{tier: _feature_text(value) for tier, value in zip(tiers, row.values, strict=False)}}
        for row in content.features
    ]
