"""What a moderator would send a gig back for, found by rule: told beside the field while one types, enforced on submission.

Only what is half there is a problem. What is missing altogether is a line of the list beside the form (readiness.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from marketplace.gigs.content import DESCRIPTION_MINIMUM, TITLE_MINIMUM, GigContent, in_tier_order, said_length
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import PackageTier, RequirementKind
from marketplace.gigs.steps import Step, step_of


@dataclass(frozen=True)
class Problem:
    """One fault: `place` is the name of its field in the seller's form."""

    place: str
    message: str
    # What stands there cannot be true together; else only something is missing yet.
    is_contradiction: bool = False

    @property
    def step(self) -> Step:
        """Where it is mended."""
        return step_of(self.place)


def content_problems(content: GigContent) -> list[Problem]:
    """Every fault, in the order of the form."""
    return [
        *_of_title(content),
        *_of_packages(content),
        *_of_extras(content),
        *_of_description(content),
        *_of_requirements(content),
    ]


def _of_title(content: GigContent) -> Iterator[Problem]:
    if content.title and said_length(content.title) < TITLE_MINIMUM:
        message = _("At least %(limit)s characters: what you make, for whom, with what result.")
        yield Problem("title", message % {"limit": TITLE_MINIMUM})


def _of_packages(content: GigContent) -> Iterator[Problem]:
    floor = 0
    for package in in_tier_order(content.packages):
        place = f"package-{package.tier}"
        if not package.title:
            yield Problem(f"{place}-title", _("Give the package a name, or empty all of it."))
        if not package.description:
            yield Problem(f"{place}-description", _("Say in one sentence what is in it."))
        if not package.price_fen:
            yield Problem(f"{place}-price_fen", _("The price is missing."))
        elif package.price_fen < floor:
            message = GigError(GigErrorCode.PRICES_NOT_ASCENDING).message
            yield Problem(f"{place}-price_fen", message, is_contradiction=True)
        floor = max(floor, package.price_fen)
    if content.packages and PackageTier.BASIC not in {package.tier for package in content.packages}:
        yield Problem(f"package-{PackageTier.BASIC}-price_fen", GigError(GigErrorCode.NO_PACKAGE).message)
    for number, row in enumerate(content.features):
        if not row.label:
            yield Problem(f"features-{number}-label", _("Say what is compared in this row."))


def _of_extras(content: GigContent) -> Iterator[Problem]:
    for number, extra in enumerate(content.extras):
        if not extra.title:
            yield Problem(f"extras-{number}-title", _("Say what is added."))
        if not extra.price_fen:
            yield Problem(f"extras-{number}-price_fen", _("The price is missing."))


def _of_description(content: GigContent) -> Iterator[Problem]:
    length = len(content.description.strip())
    if 0 < length < DESCRIPTION_MINIMUM:
        message = _(
            "At least %(limit)s characters, now %(length)s: what is delivered, how you work, what is not included."
        )
        yield Problem("description", message % {"limit": DESCRIPTION_MINIMUM, "length": length})
    for number, faq in enumerate(content.faqs):
        if not faq.question:
            yield Problem(f"faqs-{number}-question", _("The question is missing."))
        if not faq.answer:
            yield Problem(f"faqs-{number}-answer", _("The answer is missing."))


def _of_requirements(content: GigContent) -> Iterator[Problem]:
    for number, need in enumerate(content.requirements):
        if not need.prompt:
            yield Problem(f"needs-{number}-prompt", _("Write the question."))
        if need.kind == RequirementKind.CHOICE and len(need.choices) < 2:
            yield Problem(f"needs-{number}-choices", _("Write at least two choices, with commas between."))
