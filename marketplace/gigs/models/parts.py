"""What a gig is made of besides its text: packages, add-ons, requirements, questions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable

from marketplace.gigs.models.gigs import Gig


class PackageTier(models.TextChoices):
    BASIC = "basic", _("Basic")
    STANDARD = "standard", _("Standard")
    PREMIUM = "premium", _("Premium")


class GigPackage(models.Model):
    """What is bought: a price, a number of days, a number of revisions."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="packages", verbose_name=_("service"))
    tier = models.CharField(_("package"), max_length=10, choices=PackageTier)
    title = models.CharField(_("title"), max_length=40)
    description = models.CharField(_("description"), max_length=200)
    price_fen = models.BigIntegerField(_("price in fen"))
    delivery_days = models.PositiveSmallIntegerField(_("delivery days"))
    revisions = models.PositiveSmallIntegerField(pgettext_lazy("of a package", "revisions"), default=1)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["price_fen", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["gig", "tier"], name="gigs_package_one_per_tier"),
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="gigs_package_price_positive"),
            models.CheckConstraint(condition=Q(delivery_days__gt=0), name="gigs_package_days_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} · {self.title}"


class GigExtra(Orderable):
    """Something to add for a price. Never ticked beforehand (电子商务法 §19)."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="extras", verbose_name=_("service"))
    title = models.CharField(_("title"), max_length=60)
    price_fen = models.BigIntegerField(_("price in fen"))
    extra_days = models.SmallIntegerField(_("additional days, negative is faster"), default=0)

    class Meta(Orderable.Meta):
        verbose_name = _("add-on")
        verbose_name_plural = _("add-ons")
        constraints = [models.CheckConstraint(condition=Q(price_fen__gt=0), name="gigs_extra_price_positive")]

    def __str__(self) -> str:
        return self.title


class RequirementKind(models.TextChoices):
    TEXT = "text", _("Text")
    CHOICE = "choice", _("Choice")
    FILE = "file", _("File")


class GigRequirement(Orderable):
    """Something the seller must know before the clock starts."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="requirements", verbose_name=_("service"))
    prompt = models.CharField(_("question"), max_length=200)
    kind = models.CharField(_("kind"), max_length=6, choices=RequirementKind, default=RequirementKind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    required = models.BooleanField(_("required"), default=True)

    class Meta(Orderable.Meta):
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")

    def __str__(self) -> str:
        return self.prompt


class GigFaq(Orderable):
    """A question buyers ask, answered once."""

    gig = ParentalKey(Gig, on_delete=models.CASCADE, related_name="faqs", verbose_name=_("service"))
    question = models.CharField(_("question"), max_length=120)
    answer = models.CharField(_("answer"), max_length=500)

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.question
