"""The steps of the seller's wizard, and which field belongs to which."""

from django.db import models
from django.urls.converters import StringConverter
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Step(models.TextChoices):
    """A step; its value is its part of the address."""

    OVERVIEW = "overview", _("Overview")
    PACKAGES = "packages", _("Packages")
    # Six of them share the width of a phone: short words.
    DESCRIPTION = "description", pgettext_lazy("step", "Description")
    REQUIREMENTS = "requirements", pgettext_lazy("step", "Requirements")
    GALLERY = "gallery", pgettext_lazy("step", "Pictures")
    PUBLISH = "publish", pgettext_lazy("to moderators", "Submit")

    @property
    def number(self) -> int:
        """1 to 6."""
        return list(Step).index(self) + 1

    @property
    def before(self) -> "Step | None":
        """The step before."""
        return list(Step)[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> "Step | None":
        """The next step."""
        return list(Step)[self.number] if self.number < len(Step) else None


class StepConverter(StringConverter):
    """A step in an address; nothing else matches, so that other words may stand in its place."""

    regex = "|".join(Step.values)

    def to_python(self, value: str) -> Step:
        return Step(value)

    def to_url(self, value: str) -> str:
        return Step(value).value


_FIRST_WORDS = {
    "title": Step.OVERVIEW,
    "category": Step.OVERVIEW,
    "tags": Step.OVERVIEW,
    "language": Step.OVERVIEW,
    "attribute": Step.OVERVIEW,
    "package": Step.PACKAGES,
    "features": Step.PACKAGES,
    "extras": Step.PACKAGES,
    "description": Step.DESCRIPTION,
    "faqs": Step.DESCRIPTION,
    "needs": Step.REQUIREMENTS,
    "pictures": Step.GALLERY,
}


def step_of(place: str) -> Step:
    """The step on which the field called `place` stands, such as `faqs-0-answer`."""
    return _FIRST_WORDS[place.partition("-")[0]]
