"""The admin's form of a category with its attributes, and the rules of the tree in it.

The tree is two levels deep: gigs stand in subcategories, and a subcategory's gigs are described by its own attributes and
by its parent's. So a key stands once among a category, its parent and its subcategories.
"""

from collections import Counter
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.forms import WagtailAdminModelForm

from marketplace.gigs.attributes import forget_attributes
from marketplace.gigs.category_usage import gigs_filed_under, gigs_saying, keys_of_relatives
from marketplace.gigs.models import GigCategory


class CategoryForm(WagtailAdminModelForm):
    """Refuses what would break the tree, and asks back before something in use is taken away."""

    confirms_removal = forms.BooleanField(
        required=False,
        label=gettext_lazy("Take away although services use it"),
        help_text=gettext_lazy("Only needed when you remove or rename a key that services have chosen."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].error_messages["unique"] = _(
                "Another category has this slug already: addresses need one each."
            )
        if "parent" in self.fields:
            parents: Any = self.fields["parent"]
            parents.queryset = GigCategory.objects.filter(parent=None).exclude(pk=self.instance.pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_tree(cleaned.get("parent"))
        self._check_keys(cleaned.get("parent"))
        self._check_removals(confirmed=bool(cleaned.get("confirms_removal")))
        return cleaned

    def save(self, commit: bool = True) -> GigCategory:
        category = super().save(commit=commit)
        if category.pk is not None:
            forget_attributes([category.pk])
        return category

    def _check_tree(self, parent: GigCategory | None) -> None:
        if "parent" not in self.fields or (parent and parent.pk) == self._stored_parent_id:
            return
        own = gigs_filed_under(self.instance)
        if parent is not None and self.instance.pk and self.instance.children.exists():
            self.add_error(
                "parent", _("This category has subcategories, so it cannot become one: there are two levels.")
            )
        elif parent is not None and (count := gigs_filed_under(parent)):
            text = ngettext(
                "%(count)s service is filed under “%(name)s” itself, so it cannot have subcategories.",
                "%(count)s services are filed under “%(name)s” itself, so it cannot have subcategories.",
                count,
            )
            self.add_error("parent", text % {"count": count, "name": parent.name})
        elif parent is None and own:
            text = ngettext(
                "%(count)s service is filed under this subcategory, so it cannot become a category of the upper level.",
                "%(count)s services are filed under this subcategory, so it cannot become a category of the upper level.",
                own,
            )
            self.add_error("parent", text % {"count": own})

    def _check_keys(self, parent: GigCategory | None) -> None:
        elsewhere = keys_of_relatives(self.instance, parent)
        attributes = self._kept("attributes")
        keys = [_key(form) for form in attributes]
        for form, key in zip(attributes, keys, strict=True):
            if key in elsewhere:
                text = _(
                    "“%(category)s” has an attribute with the key “%(key)s” already. Subcategories inherit what their "
                    "category has, so a key may stand only once among them."
                )
                form.add_error("key", text % {"category": elsewhere[key], "key": key})
            elif key and Counter(keys)[key] > 1:
                form.add_error("key", _("Two attributes have the key “%(key)s”.") % {"key": key})
            options = _kept(form, "options")
            option_keys = Counter(map(_key, options))
            for option in options:
                own = _key(option)
                if own and option_keys[own] > 1:
                    option.add_error("key", _("Two options have the key “%(key)s”.") % {"key": own})

    def _check_removals(self, *, confirmed: bool) -> None:
        if confirmed or not self.instance.pk or "attributes" not in self.formsets:
            return
        kept = {_key(form): set(map(_key, _kept(form, "options"))) for form in self._kept("attributes")}
        in_use = []
        for attribute, options in self._stored_options:
            if attribute.key not in kept:
                if count := gigs_saying(self.instance, attribute.key):
                    in_use.append(_used(attribute.name, count))
                continue
            for option in options:
                if option.key not in kept[attribute.key] and (
                    count := gigs_saying(self.instance, attribute.key, option.key)
                ):
                    in_use.append(_used(f"{attribute.name} · {option.name}", count))
        if in_use:
            text = _(
                "Services use what you take away: %(list)s. Nothing was saved. To go on, tick “Take away although services "
                "use it”; buyers will no longer see or find these answers."
            )
            self.add_error("confirms_removal", text % {"list": _(", ").join(in_use)})

    @cached_property
    def _stored_parent_id(self) -> int | None:
        return GigCategory.objects.filter(pk=self.instance.pk).values_list("parent_id", flat=True).first()

    @cached_property
    def _stored_options(self) -> list[tuple[Any, list[Any]]]:
        # From the database: the instance's own rows are about to be replaced by what was sent.
        stored = GigCategory.objects.prefetch_related("attributes__options").get(pk=self.instance.pk)
        return [(attribute, list(attribute.options.all())) for attribute in stored.attributes.all()]

    def _kept(self, relation: str) -> list[Any]:
        return _kept(self, relation)


def _kept(form: Any, relation: str) -> list[Any]:
    """The child forms that are neither to be removed nor empty, validated."""
    formset = form.formsets.get(relation)
    if formset is None:
        return []
    formset.is_valid()
    return [
        child
        for child in formset.forms
        if hasattr(child, "cleaned_data")
        and (child.has_changed() or child.instance.pk)
        and child not in formset.deleted_forms
    ]


def _key(form: Any) -> str:
    """As it was sent: of two rows that are alike, Django takes the second one's out of the cleaned data."""
    return str(form["key"].value() or "").strip()


def _used(name: str, count: int) -> str:
    text = ngettext("“%(name)s” (%(count)s service)", "“%(name)s” (%(count)s services)", count)
    return text % {"name": name, "count": count}
