"""Step 1: what it is, and where it is found."""

import re
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.attributes import Attribute, attributes_of, clean_attributes
from marketplace.gigs.content import GigContent, check_tags
from marketplace.gigs.forms.step import StepForm, check
from marketplace.gigs.models import Gig, GigCategory
from marketplace.gigs.selectors import subcategory_choices


class OverviewForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=40,
        required=False,
        help_text=_("What you make, for whom, with what result. 6 to 40 characters."),
    )
    category = forms.ChoiceField(label=_("Subcategory"), required=False)
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=120,
        help_text=_("Up to five words buyers search for, with spaces or commas between."),
    )
    language = forms.ChoiceField(
        label=_("Language of the service"), required=False, choices=Gig._meta.get_field("language").choices or []
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = subcategory_choices()
        self._subcategories = {str(child.pk): child for _parent, children in groups for child in children}
        self.fields["category"].choices = [("", _("Choose a subcategory"))] + [
            (parent.localized_name, [(str(child.pk), child.localized_name) for child in children])
            for parent, children in groups
        ]

    def clean_category(self) -> GigCategory | None:
        return self._subcategories.get(self.cleaned_data["category"])

    def clean_tags(self) -> tuple[str, ...]:
        words = re.split(r"[\s,，、;；]+", self.cleaned_data["tags"].strip())
        tags = tuple(dict.fromkeys(filter(None, words)))
        check(check_tags, tags)
        return tags


class AttributesForm(forms.Form):
    """The attributes of one category; what was answered for another one stays out."""

    prefix = "attribute"

    def __init__(self, *args: Any, asked: tuple[Attribute, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for attribute in asked:
            choices = [(option.key, option.name) for option in attribute.options]
            help_text = _("Needed before submission.") if attribute.is_required else ""
            shared: dict[str, Any] = {"label": attribute.name, "required": False, "help_text": help_text}
            if attribute.takes_several:
                field: forms.Field = forms.MultipleChoiceField(
                    choices=choices, widget=forms.CheckboxSelectMultiple, **shared
                )
            else:
                field = forms.ChoiceField(choices=[("", _("Not said")), *choices], **shared)
            self.fields[attribute.key] = field


class OverviewStep(StepForm):
    template = "gigs/wizard/_overview.html"

    def build(self, content: GigContent, bound: dict[str, Any]) -> None:
        initial = {
            "title": content.title,
            "category": str(content.category.pk) if content.category else "",
            "tags": " ".join(content.tags),
            "language": content.language,
        }
        self.about = OverviewForm(**bound, initial=initial)
        self.category = content.category
        if self.is_bound:
            self.about.full_clean()
            self.category = self.about.cleaned_data.get("category", content.category)
        # The attributes on the page belong to the category that was chosen when it was made.
        self.asks_for_other = self.is_bound and self.attributes_for != bound["data"].get("attributes_for", "")
        asked = attributes_of(self.category) if self.category else ()
        self.attributes = AttributesForm(
            **({} if self.asks_for_other else bound),
            asked=asked,
            initial={
                attribute.key: self._initial(attribute, content.attributes.get(attribute.key) or [])
                for attribute in asked
            },
        )

    @staticmethod
    def _initial(attribute: Attribute, keys: Any) -> Any:
        return list(keys) if attribute.takes_several else next(iter(keys), "")

    @property
    def attributes_for(self) -> str:
        """The category whose attributes are asked, as a hidden field of the page."""
        return str(self.category.pk) if self.category else ""

    def parts(self) -> list[Any]:
        return [self.about] if self.asks_for_other else [self.about, self.attributes]

    def content(self) -> GigContent:
        data, before = self.about.cleaned_data, self.before
        category = data.get("category", before.category)
        # Those of another category stand on the page only after this save; what both of them know is kept.
        answers = before.attributes if self.asks_for_other else self.attributes.cleaned_data
        return replace(
            before,
            category=category,
            title=data.get("title", before.title).strip(),
            tags=data.get("tags", before.tags),
            language=data.get("language") or before.language,
            attributes=clean_attributes(category, answers) if category else {},
        )
