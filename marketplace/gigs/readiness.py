"""How complete a gig is: what must be there before a moderator reads it (submit_gig asks too), and what would sell it better."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.accounts.selectors import publishing_is_missing
from marketplace.gigs.advertising import advertising_hits
from marketplace.gigs.attributes import attributes_of, missing_attributes
from marketplace.gigs.content import DESCRIPTION_MINIMUM, TITLE_MINIMUM, GigContent, said_length
from marketplace.gigs.models import PackageTier
from marketplace.gigs.problems import Problem, content_problems
from marketplace.gigs.steps import Step, step_of

# Something that is needed weighs as much as two that help.
NEEDED_WEIGHT, HELPFUL_WEIGHT = 2, 1
GOOD_DESCRIPTION, GOOD_PICTURES, GOOD_FAQS, GOOD_TAGS = 200, 3, 2, 3


@dataclass(frozen=True)
class ReadinessItem:
    """One line of the list: what it is about, whether it is done, on which step, or at which address, it is mended.

    `reason` says of something that is not needed what it is good for.
    """

    label: str | Promise
    done: bool
    step: Step | None = None
    url: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Completeness:
    """The whole list of a gig."""

    needed: list[ReadinessItem]
    helpful: list[ReadinessItem]

    @property
    def missing(self) -> list[ReadinessItem]:
        """What is needed and not there."""
        return [item for item in self.needed if not item.done]

    @property
    def percent(self) -> int:
        """How much of it is done, 0 to 100."""
        weighed = [(NEEDED_WEIGHT, item.done) for item in self.needed]
        weighed += [(HELPFUL_WEIGHT, item.done) for item in self.helpful]
        return round(100 * sum(weight for weight, done in weighed if done) / sum(weight for weight, _done in weighed))


def completeness(content: GigContent, seller: User) -> Completeness:
    """Everything that is needed or helps, of the gig and of its seller."""
    return Completeness([*readiness(content), *seller_readiness(seller)], list(_helpful(content)))


def readiness(content: GigContent) -> list[ReadinessItem]:
    """What is needed, in the order of the form."""
    return list(_needed(content))


def seller_readiness(seller: User) -> list[ReadinessItem]:
    """What the seller themself still owes before anything of theirs is published, with the way there; none when nothing."""
    url = reverse("accounts:become_seller")
    return [ReadinessItem(label, False, url=url) for label in publishing_is_missing(seller)]


def missing_for_review(content: GigContent) -> list[ReadinessItem]:
    """The needed lines that are not done."""
    return [item for item in readiness(content) if not item.done]


def _needed(content: GigContent) -> Iterator[ReadinessItem]:
    problems = content_problems(content)
    yield ReadinessItem(
        _("A title of %(limit)s characters") % {"limit": TITLE_MINIMUM},
        said_length(content.title) >= TITLE_MINIMUM,
        Step.OVERVIEW,
    )
    yield ReadinessItem(_("A subcategory"), content.category is not None, Step.OVERVIEW)
    if content.category is not None:
        missing = {attribute.key for attribute in missing_attributes(content.category, content.attributes)}
        for attribute in attributes_of(content.category):
            if attribute.is_required:
                yield ReadinessItem(attribute.name, attribute.key not in missing, Step.OVERVIEW)
    yield ReadinessItem(
        _("Packages with price and time"),
        bool(content.packages) and not _faults(problems, Step.PACKAGES, "package", "features"),
        Step.PACKAGES,
    )
    if faults := _faults(problems, Step.PACKAGES, "extras"):
        yield ReadinessItem(
            _("Add-ons with name and price: %(count)s to mend") % {"count": len(faults)}, False, Step.PACKAGES
        )
    length = len(content.description.strip())
    described = _("A description of %(wanted)s characters, now %(length)s") % {
        "wanted": DESCRIPTION_MINIMUM,
        "length": length,
    }
    yield ReadinessItem(described, length >= DESCRIPTION_MINIMUM, Step.DESCRIPTION)
    if _faults(problems, Step.DESCRIPTION, "faqs"):
        yield ReadinessItem(_("Questions with their answers"), False, Step.DESCRIPTION)
    yield ReadinessItem(
        _("A question for the requirements"),
        bool(content.requirements) and not _faults(problems, Step.REQUIREMENTS, "needs"),
        Step.REQUIREMENTS,
    )
    pictures = len(content.pictures)
    yield ReadinessItem(_("At least one picture, now %(count)s") % {"count": pictures}, pictures > 0, Step.GALLERY)
    blocking = [hit for hit in advertising_hits(content) if hit.is_blocking]
    for step in dict.fromkeys(step_of(hit.place) for hit in blocking):
        words = "、".join(dict.fromkeys(hit.hit.found for hit in blocking if step_of(hit.place) == step))
        yield ReadinessItem(_("Without the forbidden words: %(words)s") % {"words": words}, False, step)


def _helpful(content: GigContent) -> Iterator[ReadinessItem]:
    tiers = {package.tier for package in content.packages if package.price_fen}
    yield ReadinessItem(
        _("Three packages"),
        tiers == set(PackageTier.values),
        Step.PACKAGES,
        reason=_("Buyers compare; many choose the one in the middle."),
    )
    yield ReadinessItem(
        ngettext("%(limit)s picture", "%(limit)s pictures", GOOD_PICTURES) % {"limit": GOOD_PICTURES},
        len(content.pictures) >= GOOD_PICTURES,
        Step.GALLERY,
        reason=_("Work says more than words."),
    )
    yield ReadinessItem(
        _("A video"),
        content.video is not None,
        Step.GALLERY,
        reason=_("Buyers see and hear how you work before they write to you."),
    )
    yield ReadinessItem(
        _("A description of %(limit)s characters") % {"limit": GOOD_DESCRIPTION},
        len(content.description.strip()) >= GOOD_DESCRIPTION,
        Step.DESCRIPTION,
        reason=_("What is written down need not be asked."),
    )
    yield ReadinessItem(
        ngettext("%(limit)s question answered", "%(limit)s questions answered", GOOD_FAQS) % {"limit": GOOD_FAQS},
        len([faq for faq in content.faqs if faq.question and faq.answer]) >= GOOD_FAQS,
        Step.DESCRIPTION,
        reason=_("It saves both of you the first messages."),
    )
    yield ReadinessItem(
        ngettext("%(limit)s tag", "%(limit)s tags", GOOD_TAGS) % {"limit": GOOD_TAGS},
        len(content.tags) >= GOOD_TAGS,
        Step.OVERVIEW,
        reason=_("The search finds you by them."),
    )
    if content.category is not None and (asked := attributes_of(content.category)):
        yield ReadinessItem(
            _("Every attribute of the category"),
            all(content.attributes.get(attribute.key) for attribute in asked),
            Step.OVERVIEW,
            reason=_("Buyers narrow their search down by them."),
        )


def _faults(problems: list[Problem], step: Step, *kinds: str) -> list[Problem]:
    return [item for item in problems if item.step == step and item.place.partition("-")[0] in kinds]
