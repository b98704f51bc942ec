"""What a page of the seller's wizard shows: the step, what is wrong with it, how complete the gig is, the card buyers see."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.forms.formsets import DELETION_FIELD_NAME
from django.http import QueryDict
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.advertising import AdvertisingHit, advertising_hits, hits_in, written_texts
from marketplace.gigs.cards import GigCard
from marketplace.gigs.content import GigContent, read_content
from marketplace.gigs.editor_windows import new_window
from marketplace.gigs.foresight import Foreseen, foreseen
from marketplace.gigs.forms import STEP_FORMS, StepForm
from marketplace.gigs.models import Gig, GigPart, ReviewReason
from marketplace.gigs.problems import content_problems
from marketplace.gigs.readiness import Completeness, completeness
from marketplace.gigs.remark_places import describe_fields, element_id, reasons_by_part
from marketplace.gigs.review_clock import review_due
from marketplace.gigs.review_selectors import Remarks, open_case_of, review_remarks
from marketplace.gigs.reviewing import review_in_progress
from marketplace.gigs.services import revision_mark
from marketplace.gigs.states import EDITABLE
from marketplace.gigs.steps import Step, step_of
from marketplace.safety.contacts import find_contacts

EMPTY = GigContent(category=None, title="", description="", packages=())


@dataclass
class FieldNotes:
    """What stands below a field: what cannot be kept, what is not enough yet, words the advertising law forbids, and
    what looks like a way around the platform."""

    name: str
    errors: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    hits: list[AdvertisingHit] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.errors) + len(self.problems) + len(self.hits) + len(self.contacts)


@dataclass(frozen=True)
class StepLink:
    """A step in the row of steps."""

    step: Step
    url: str
    is_done: bool
    is_current: bool
    remarks: int  # how many things a moderator wants changed there


@dataclass(frozen=True)
class RemarkLink:
    """A part that a moderator wants changed, why, and where it stands."""

    part: GigPart
    labels: list[str]
    url: str


class Wizard:
    """One step of one gig, or of a gig that nobody has saved yet (`gig` is None)."""

    def __init__(self, gig: Gig | None, step: Step, seller: User, *, content: GigContent | None = None) -> None:
        self.gig = gig
        self.step = step
        self.seller = seller
        self.content = content if content is not None else stored_content(gig)
        self.window = new_window()
        # Why what was sent could not be saved, and the mark it was sent with: kept, or a second press would write over
        # what another window saved.
        self.refusal = ""
        self.sent_mark = ""
        made = STEP_FORMS.get(step)
        self.form: StepForm | None = made(self.content, seller=seller, gig_id=gig.pk if gig else None) if made else None
        self._describe()

    def show(self, form: StepForm) -> None:
        """Show what was typed, and judge what of it can be kept."""
        self.form = form
        self.content = form.content()
        self._describe()

    def _describe(self) -> None:
        if self.form is not None and self.remarks_here:
            describe_fields(self.form.forms(), self.remarks_here)

    @cached_property
    def latest_mark(self) -> str:
        """What the latest revision is told apart by; empty before the first save."""
        return revision_mark(self.gig) if self.gig else ""

    @property
    def mark(self) -> str:
        """What the next save is compared with: tells whether somebody saved after this page was made."""
        return self.sent_mark if self.refusal else self.latest_mark

    @property
    def is_stale(self) -> bool:
        """Whether another window has saved since: the seller chooses which version stays."""
        return bool(self.refusal) and self.sent_mark != self.latest_mark

    @cached_property
    def saved_at(self) -> datetime | None:
        """When the latest revision was saved."""
        return self.gig.latest_revision.created_at if self.gig and self.gig.latest_revision else None

    @cached_property
    def in_review(self) -> bool:
        """Whether a moderator has it."""
        return self.gig is not None and review_in_progress(self.gig)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be changed now."""
        return self.in_review or (self.gig is not None and self.gig.status not in EDITABLE)

    @cached_property
    def remarks(self) -> Remarks | None:
        """What a moderator wants changed."""
        return review_remarks(self.gig) if self.gig else None

    @cached_property
    def remarks_here(self) -> dict[str, list[ReviewReason]]:
        """What of it is about this step, by part."""
        return reasons_by_part(self.remarks, self.step)

    @property
    def remark_links(self) -> list[RemarkLink]:
        """The way to each part that is to be changed, in the order of the steps."""
        if self.gig is None:
            return []
        return [
            RemarkLink(GigPart(part), [reason.localized_label for reason in reasons], self._remark_url(step, part))
            for step in STEP_FORMS
            for part, reasons in reasons_by_part(self.remarks, step).items()
        ]

    def _remark_url(self, step: Step, part: str) -> str:
        page = "" if step == self.step or self.gig is None else step_url(self.gig, step)
        return f"{page}#{element_id(part)}"

    @cached_property
    def review_due(self) -> datetime:
        """Until when somebody reads it: what is being read, else what would be submitted now."""
        case = open_case_of(self.gig) if self.gig and self.in_review else None
        return review_due(case.submitted_at if case else clock.now())

    @property
    def is_review_late(self) -> bool:
        """Whether the time that was promised is over."""
        return clock.now() > self.review_due

    @cached_property
    def completeness(self) -> Completeness:
        """What is needed and what helps."""
        return completeness(self.content, self.seller)

    @cached_property
    def notes(self) -> dict[str, FieldNotes]:
        """What stands below the fields of this step, by the name of the field on the page."""
        if self.form is None:
            return {}
        names = [
            bound.html_name
            for form in self.form.forms()
            for bound in form.visible_fields()
            if bound.name != DELETION_FIELD_NAME
        ]
        notes = {name: FieldNotes(name) for name in names}
        if self.form.is_bound:
            for name, errors in self.form.errors().items():
                notes.setdefault(name, FieldNotes(name)).errors += errors
        for problem in content_problems(self.content):
            if problem.step == self.step and (found := notes.get(self.form.place_on_page(problem.place))):
                # Of a price that cannot be read "missing" would be wrong as well.
                found.problems += [] if found.errors else [problem.message]
        for hit in advertising_hits(self.content):
            if step_of(hit.place) == self.step and (found := notes.get(self.form.place_on_page(hit.place))):
                found.hits.append(hit)
        for place, words in self.contacts:
            if step_of(place) == self.step and (found := notes.get(self.form.place_on_page(place))):
                found.contacts.append(words)
        return notes

    @cached_property
    def contacts(self) -> list[tuple[str, str]]:
        """What a moderator will be shown as contact details, with the names of their fields. A hint: it may be none."""
        return [(place, hint.text) for place, text in written_texts(self.content) for hint in find_contacts(text)]

    @property
    def steps_with_contacts(self) -> list[Step]:
        """Where they stand."""
        return list(dict.fromkeys(step_of(place) for place, _words in self.contacts))

    @cached_property
    def foreseen(self) -> Foreseen | None:
        """What submitting leads to; None where nothing is published yet, so that all of it is read."""
        return foreseen(self.gig, self.content) if self.gig else None

    @property
    def faults(self) -> int:
        """How many notes stand on this page."""
        return sum(notes.count for notes in self.notes.values())

    @cached_property
    def links(self) -> list[StepLink]:
        """The row of steps; of a gig that is not saved yet none leads anywhere."""
        open_steps = {item.step for item in self.completeness.missing}
        return [
            StepLink(
                step,
                url=step_url(self.gig, step) if self.gig else "",
                is_done=self.gig is not None and step != Step.PUBLISH and step not in open_steps,
                is_current=step == self.step,
                remarks=sum(map(len, reasons_by_part(self.remarks, step).values())),
            )
            for step in Step
        ]

    @cached_property
    def card(self) -> GigCard:
        """The gig as buyers will see it in a list."""
        content, profile = self.content, self.seller.profile
        prices = [package.price_fen for package in content.packages if package.price_fen]
        return GigCard(
            gig_id=self.gig.pk if self.gig else 0,
            url="",
            title=content.title,
            cover=next(iter(content.pictures), None),
            category_name=content.category.localized_name if content.category else "",
            seller_name=profile.display_name,
            seller_url="",
            seller_avatar_url=profile.avatar.url if profile.avatar else "",
            seller_level=profile.level,
            rating=None,
            rating_count=0,
            delivery_days=min((package.delivery_days for package in content.packages), default=0),
            price_from_fen=min(prices, default=0),
            orders_completed=0,
        )

    @property
    def can_be_previewed(self) -> bool:
        """Whether there is enough for the page of the gig to be drawn."""
        return self.gig is not None and self.content.category is not None and bool(self.content.packages)


def stored_content(gig: Gig | None) -> GigContent:
    """What was saved last."""
    return read_content(gig.get_latest_revision_as_object()) if gig else EMPTY


def step_url(gig: Gig, step: Step) -> str:
    """The address of a step."""
    return reverse("gigs:step", args=[gig.pk, step.value])


def first_open_step(gig: Gig, seller: User) -> Step:
    """Where one goes on: the first step that misses something. Where nothing does somebody wants to change something, and
    begins at the beginning: at the last step one press would submit what has not been touched.
    """
    if review_in_progress(gig):
        return Step.PUBLISH
    missing = completeness(stored_content(gig), seller).missing
    return next((item.step for item in missing if item.step is not None), Step.OVERVIEW)


def reworded(data: QueryDict) -> QueryDict:
    """What was posted, with the better wording in the place of the word whose button was pressed (`reword=field|start`)."""
    name, _bar, start = data.get("reword", "").partition("|")
    changed = data.copy()
    for hit in hits_in(data.get(name, "")):
        if str(hit.start) == start:
            changed[name] = hit.replaced_in(data.get(name, ""))
    return changed
