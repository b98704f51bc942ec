"""By mail: HTML in our design and the same as plain text, with a way to stop them that is one click (RFC 8058)."""

import smtplib
from collections.abc import Sequence
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.notifications import letters, unsubscribing
from marketplace.notifications.catalogue import notice_of
from marketplace.notifications.channels.base import Away, Gone, Outcome, Refused, Unknown, Unreachable
from marketplace.notifications.models import Dispatch
from marketplace.notifications.reach import Reach


class EmailSender:
    """One line, or all that was kept for the summary of a day."""

    def send(self, rows: Sequence[Dispatch], reach: Reach) -> Outcome:
        """Raises Gone, Away without a server, Unreachable, Refused, and Unknown when the line broke while it was sent."""
        if not reach.email:
            raise Gone("no checked address any more")
        with translation.override(reach.language):
            letter = _summary(rows, reach) if rows[0].in_digest else _letter(rows[0], reach)
        connection = get_connection(fail_silently=False)
        try:
            connection.open()
        except OSError as problem:  # smtplib's errors are OSErrors too
            raise Away(f"no mail server: {type(problem).__name__}") from problem
        try:
            connection.send_messages([letter])
        except smtplib.SMTPRecipientsRefused as problem:
            code = next(iter(problem.recipients.values()))[0]
            raise (Unreachable if code < 500 else Refused)(f"the mail server said {code}") from problem
        except smtplib.SMTPResponseException as problem:
            raise (Unreachable if problem.smtp_code < 500 else Refused)(
                f"the mail server said {problem.smtp_code}"
            ) from problem
        except OSError as problem:
            raise Unknown(type(problem).__name__) from problem
        finally:
            connection.close()
        return Outcome()


def _letter(row: Dispatch, reach: Reach) -> letters.Letter:
    line = row.notification
    notice = notice_of(line.notice)
    is_mutable = notice is not None and notice.mutable
    item = letters.Item(title=line.said_title, body=line.said_body, url=letters.open_address(line), at=line.created_at)
    return letters.letter(
        subject=item.title,
        to=reach.email,
        items=[item],
        choices_url=letters.address(reverse("notifications:choices")),
        stop_url=unsubscribing.address_for(reach.user_id, kind=line.kind) if is_mutable else "",
        stop_words=_("No more mails about: %(kind)s") % {"kind": line.get_kind_display()},
        headers=_headers(
            f"notice-{line.pk}", unsubscribing.address_for(reach.user_id, kind=line.kind) if is_mutable else ""
        ),
    )


def _summary(rows: Sequence[Dispatch], reach: Reach) -> letters.Letter:
    lines = [row.notification for row in rows]
    count = len(lines)
    stop_url = unsubscribing.address_for(reach.user_id, kind="")
    return letters.letter(
        subject=ngettext("Your summary: %(count)s notification", "Your summary: %(count)s notifications", count)
        % {"count": count},
        to=reach.email,
        items=[
            letters.Item(title=line.said_title, body=line.said_body, url=letters.open_address(line), at=line.created_at)
            for line in lines
        ],
        choices_url=letters.address(reverse("notifications:choices")),
        stop_url=stop_url,
        stop_words=_("No more mails about anything that can be switched off"),
        headers=_headers(f"summary-{rows[0].pk}", stop_url),
    )


def _headers(name: str, stop_url: str) -> dict[str, str]:
    """A number of its own, so that a mailbox knows a copy; and how a mail program stops them without opening the mail."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{name}@{host}>", "Auto-Submitted": "auto-generated"}
    if stop_url:
        headers["List-Unsubscribe"] = f"<{stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
