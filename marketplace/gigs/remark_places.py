"""Where in the seller's editor a moderator's reasons stand: at their field where there is one, else at their section."""

from collections.abc import Iterable

from django import forms

from marketplace.gigs.models import GigPart, ReviewReason
from marketplace.gigs.review_selectors import Remarks
from marketplace.gigs.steps import Step

# A part has the name of its field, if one field is all of it; the others are sections of their step.
STEP_OF_PART = {
    GigPart.CATEGORY: Step.OVERVIEW,
    GigPart.TITLE: Step.OVERVIEW,
    GigPart.TAGS: Step.OVERVIEW,
    GigPart.PACKAGES: Step.PACKAGES,
    GigPart.EXTRAS: Step.PACKAGES,
    GigPart.DESCRIPTION: Step.DESCRIPTION,
    GigPart.FAQS: Step.DESCRIPTION,
    GigPart.REQUIREMENTS: Step.REQUIREMENTS,
    GigPart.PICTURES: Step.GALLERY,
}


def reasons_by_part(remarks: Remarks | None, step: Step) -> dict[str, list[ReviewReason]]:
    """What is to be changed on one step, by part; of an old reason about a part that is gone, nothing."""
    if remarks is None:
        return {}
    found = {part.value: remarks.about(part) for part, place in STEP_OF_PART.items() if place == step}
    return {part: reasons for part, reasons in found.items() if reasons}


def element_id(part: str) -> str:
    """The id of what stands at this part, for links and for aria-describedby."""
    return f"remark-{part}"


def describe_fields(made: Iterable[forms.BaseForm], parts: Iterable[str]) -> None:
    """Name the remark in the field's aria-describedby, beside its help: Django leaves what is there already alone."""
    wanted = set(parts)
    for form in made:
        for bound in form.visible_fields():
            if bound.html_name in wanted:
                ids = [element_id(bound.html_name), f"{bound.auto_id}_helptext" if bound.help_text else ""]
                bound.field.widget.attrs["aria-describedby"] = " ".join(filter(None, ids))
