"""What staff see of the recommendations."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from marketplace.accounts.models import ConsentDocument, ConsentRecord, User
from marketplace.core import clock
from marketplace.discovery.models import Recommendation, RecommendationReason
from marketplace.discovery.recommending import choices, taste
from marketplace.discovery.recommending.for_you import ROW, left_out_of, picks_for, sentences
from marketplace.discovery.recommending.models import GigDismissal, PersonalisationOff, RecommendationRun
from marketplace.gigs.models import Gig

_BESIDE = 20


@dataclass(frozen=True)
class ListFigures:
    """The lists of one reason: how many rows beside how many gigs, and the last runs."""

    label: str
    rows: int
    gigs: int
    whole: RecommendationRun | None
    last: RecommendationRun | None


@dataclass(frozen=True)
class PeopleFigures:
    """How many let views be kept, and how many switched it off."""

    agreed: int
    off: int
    dismissals: int


@dataclass(frozen=True)
class Line:
    """A gig that somebody is recommended, at its place."""

    place: int
    title: str
    gig_id: int
    why: str
    worth: float
    is_in_row: bool


@dataclass(frozen=True)
class Answer:
    """What a person is recommended, and, for one gig, what is to be said of it."""

    ground: str
    lines: list[Line]
    of_gig: str


def lists() -> list[ListFigures]:
    """Each reason with its figures."""
    counted = {
        reason: (rows, gigs)
        for reason, rows, gigs in Recommendation.objects.values_list("reason").annotate(
            Count("pk"), Count("source_gig", distinct=True)
        )
    }
    found = []
    for reason in RecommendationReason:
        runs = RecommendationRun.objects.filter(reason=reason).order_by("-ended_at")
        rows, gigs = counted.get(reason.value, (0, 0))
        found.append(ListFigures(str(reason.label), rows, gigs, runs.filter(is_whole=True).first(), runs.first()))
    return found


def people_figures() -> PeopleFigures:
    """Counts alone, of nobody in particular."""
    agreed = ConsentRecord.objects.filter(document=ConsentDocument.VIEWS, withdrawn_at=None)
    return PeopleFigures(agreed.count(), PersonalisationOff.objects.count(), GigDismissal.objects.count())


def gig_of_number(typed: str) -> Gig | None:
    """The service that staff asks about by its number, whatever its state; None for what is none."""
    is_number = typed.isascii() and typed.isdecimal() and len(typed) < 19
    return Gig.objects.filter(pk=int(typed)).first() if is_number else None


def rows_beside(gig: Gig) -> list[Recommendation]:
    """The rows beside a gig, the strongest first."""
    rows = Recommendation.objects.filter(source_gig=gig).select_related("target_gig")
    return list(rows.order_by("-score", "pk")[:_BESIDE])


def why(person: User, gig: Gig | None) -> Answer:
    """What this person is recommended right now, each with its reason, and what is to be said of `gig`."""
    ground, picks = picks_for(person, fresh=True)
    titles = dict(Gig.objects.filter(pk__in=[pick.gig_id for pick in picks]).values_list("pk", "title"))
    lines = [
        Line(place, titles.get(pick.gig_id, ""), pick.gig_id, sentence, pick.worth, place <= ROW)
        for place, (pick, sentence) in enumerate(zip(picks, sentences(picks, ground), strict=True), start=1)
    ]
    grounds = {
        "person": _("By what they bought, keep and looked at."),
        "category": _("By the category they asked for."),
        "everybody": _("What everybody is recommended: there is nothing of theirs to go by."),
        "off": _("What everybody is recommended: they switched personal recommendations off."),
    }
    return Answer(grounds[ground.value], lines, _of_gig(person, gig, lines) if gig else "")


def _of_gig(person: User, gig: Gig, lines: list[Line]) -> str:
    for line in lines:
        if line.gig_id == gig.pk:
            return _("Place %(place)d: %(why)s") % {"place": line.place, "why": line.why}
    if GigDismissal.objects.filter(user=person, gig=gig).exists():
        return _("Not recommended: they are not interested in it.")
    if gig.pk in left_out_of(person):
        return _("Not recommended: it is their own, or of somebody they blocked.")
    if not Gig.objects.listed().filter(pk=gig.pk).exists():
        return _("Not recommended: it is not on sale, or its seller takes no orders.")
    has = {
        one.gig_id for one in taste.done_by([person.pk], before=clock.now()) if one.kind != RecommendationReason.VIEWED
    }
    if gig.pk in has and not choices.is_off(person):
        return _("Not recommended: they bought or keep it.")
    return _("Not among the first: nothing of theirs stands beside it strongly enough.")
