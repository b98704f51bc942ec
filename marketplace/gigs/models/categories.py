"""Categories, and what the gigs of one are described by."""

from django.contrib import admin
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable


def localized(chinese: str, english: str) -> str:
    """Of two wordings that of the page's language."""
    return english if (get_language() or "").startswith("en") else chinese


class GigCategory(ClusterableModel):
    """A category (no parent) or subcategory. Both languages stand in one row, so that facets and joins need no second one."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent category"),
    )
    name = models.CharField(_("name in Chinese"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    icon = models.CharField(_("icon"), max_length=30, blank=True)
    summary = models.CharField(_("summary in Chinese"), max_length=160, blank=True)
    summary_en = models.CharField(_("summary in English"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("shown"), default=True)

    # It points at nothing but its parent; what points at it, such as pages, is indexed there.
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("service category")
        verbose_name_plural = _("service categories")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.localized_name

    @admin.display(description=_("category"))
    def indented_name(self) -> str:
        """The name for a list that shows the tree."""
        return f"　└ {self.localized_name}" if self.parent_id else self.localized_name

    @property
    def localized_name(self) -> str:
        """The name in the language of the page."""
        return localized(self.name, self.name_en)

    @property
    def localized_summary(self) -> str:
        """The summary in the language of the page."""
        return localized(self.summary, self.summary_en)


class AttributeKind(models.TextChoices):
    ONE = "one", _("One of the options")
    MANY = "many", _("Several of the options")


class GigAttribute(ClusterableModel, Orderable):
    """Something the gigs of a category are described by, such as file formats, style or programming language.

    The attributes of a category hold for its subcategories as well. Each is a facet of the search.
    """

    category = ParentalKey(
        GigCategory, on_delete=models.CASCADE, related_name="attributes", verbose_name=_("service category")
    )
    key = models.SlugField(
        _("key"), max_length=30, help_text=_("Stands in addresses and in what sellers saved: do not change it later.")
    )
    name = models.CharField(_("name in Chinese"), max_length=20)
    name_en = models.CharField(_("name in English"), max_length=40)
    kind = models.CharField(_("kind"), max_length=4, choices=AttributeKind, default=AttributeKind.MANY)
    is_required = models.BooleanField(_("required"), default=False)

    class Meta(Orderable.Meta):
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        constraints = [models.UniqueConstraint(fields=["category", "key"], name="gigs_attribute_key_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def localized_name(self) -> str:
        """The name in the language of the page."""
        return localized(self.name, self.name_en)


class GigAttributeOption(Orderable):
    """One of the answers to an attribute."""

    attribute = ParentalKey(GigAttribute, on_delete=models.CASCADE, related_name="options", verbose_name=_("attribute"))
    # Not a slug: "c++" and "3d" are fine.
    key = models.CharField(
        _("key"), max_length=30, validators=[RegexValidator(r"^[a-z0-9][a-z0-9+#.-]*$", _("Small letters and digits."))]
    )
    name = models.CharField(_("name in Chinese"), max_length=30)
    name_en = models.CharField(_("name in English"), max_length=40)

    class Meta(Orderable.Meta):
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [models.UniqueConstraint(fields=["attribute", "key"], name="gigs_attribute_option_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def localized_name(self) -> str:
        """The name in the language of the page."""
        return localized(self.name, self.name_en)
