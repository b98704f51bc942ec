"""What staff does about notices that did not arrive, written into the staff log."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from marketplace.core import staff_log
from marketplace.notifications import dispatching
from marketplace.notifications.errors import NoticeError, NoticeErrorCode
from marketplace.notifications.models import Dispatch


@transaction.atomic
def send_again(*, dispatch_id: int, staff: AbstractBaseUser, is_sure: bool = False) -> bool:
    """Send it now after all. False when it is not (or no longer) on the list.

    Raises NoticeError MAY_HAVE_ARRIVED unless `is_sure`, where it is unknown whether the person has it: it would be a copy.
    """
    row = dispatching.dead_dispatches().filter(pk=dispatch_id).first()
    if row is not None and may_have_arrived(row) and not is_sure:
        raise NoticeError(NoticeErrorCode.MAY_HAVE_ARRIVED)
    return row is not None and _noted(row, staff, "notice.again", dispatching.try_again(dispatch_id=dispatch_id))


@transaction.atomic
def take_off(*, dispatch_id: int, staff: AbstractBaseUser) -> bool:
    """Nothing more is to be done about it. False when it is not (or no longer) on the list."""
    row = dispatching.dead_dispatches().filter(pk=dispatch_id).first()
    return row is not None and _noted(row, staff, "notice.aside", dispatching.set_aside(dispatch_id=dispatch_id))


def may_have_arrived(row: Dispatch) -> bool:
    """Whether nobody knows if it has arrived: the other side took it and gave no answer."""
    problem = row.text_message.problem if row.text_message else row.problem
    return problem.startswith("may have arrived")


def _noted(row: Dispatch, staff: AbstractBaseUser, action: str, is_done: bool) -> bool:
    if is_done:
        problem = row.text_message.problem if row.text_message else row.problem
        data = {
            "dispatch": row.pk,
            "notice": row.notification.notice,
            "channel": row.channel,
            "attempts": row.attempts,
            "problem": problem,
        }
        staff_log.note(actor=staff, action=action, data=data, subject=row.notification.recipient)
    return is_done
