"""Cases on the moderators' desk: handed in by the services, with drawn papers, so that the queue is not empty."""

from datetime import date, datetime, timedelta

from django.core.files.base import File

from marketplace.accounts import services
from marketplace.accounts.models import PaperKind, RejectionReason, UserVerification
from marketplace.accounts.papers import Paper, read_paper
from marketplace.core import clock
from portal.demo.applicants import APPLICANTS, CARDS_LAST_DAY, FIRM
from portal.demo.bulk import backdate
from portal.demo.people import People
from portal.demo.sources import MEDIA


def hand_in_papers(people: People, now: datetime) -> None:
    """Some wait, one was rejected; none is decided by a machine, the demo's check is asked by the job."""
    for each in APPLICANTS:
        handed_in = now - timedelta(hours=each.hours_ago)
        with clock.moved_to(handed_in):
            case = services.submit_real_name(
                user=people.buyers[each.buyer],
                name=each.name,
                number=each.number,
                valid_until=date.fromisoformat(CARDS_LAST_DAY),
                papers={
                    PaperKind.IDENTITY_FRONT: _paper(f"front-{each.buyer}"),
                    PaperKind.IDENTITY_BACK: _paper("back"),
                },
            )
        backdate(UserVerification, {case.pk: handed_in})
        if each.rejected:
            with clock.moved_to(handed_in + timedelta(hours=3)):
                services.reject_verification(
                    verification_id=case.pk,
                    moderator=people.staff["moderator"],
                    reason_code=RejectionReason.UNREADABLE,
                    words=each.rejected,
                )
    handed_in = now - timedelta(hours=FIRM.hours_ago)
    with clock.moved_to(handed_in):
        case = services.submit_company(
            user=people.sellers[FIRM.seller],
            company_name=FIRM.name,
            code=FIRM.code,
            representative=FIRM.representative,
            valid_until=None,
            papers={PaperKind.LICENCE: _paper("licence")},
        )
    backdate(UserVerification, {case.pk: handed_in})


def _paper(name: str) -> Paper:
    with (MEDIA / "papers" / f"{name}.webp").open("rb") as content:
        return read_paper(File(content))
