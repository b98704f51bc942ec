"""Telling people what became of their papers: at the bell in the transaction that decides, by mail from a job."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from marketplace.accounts import verification_words
from marketplace.accounts.models import UserVerification
from marketplace.notifications.letters import text_letter
from marketplace.notifications.reach import may_ring_at
from marketplace.notifications.services import language_of, notify, recipient_language
from marketplace.notifications.sms import SmsTemplate, send_sms


def tell_by_bell(*, verification: UserVerification) -> None:
    """A line in the person's notification centre, with the reason and the next step."""
    with recipient_language():
        notice, words = verification_words.notice_and_words(verification)
        url = reverse("accounts:verification")
        notify(recipient_id=verification.user_id, notice=notice, words=words, url=url)


def tell_by_mail(*, verification: UserVerification) -> bool:
    """The same by mail, or by text message to who has no address. Called outside transactions.

    Noted after it has left, so a crash tells twice rather than never; a later decision, which needs a mail of its own,
    is not noted away. Returns whether there was a way to tell.
    """
    user = verification.user
    with language_of(user.pk):
        title, body = verification_words.news(verification)
        context = {"title": title, "body": body, "url": settings.SITE_URL + reverse("accounts:verification")}
        if user.email:
            text = render_to_string("accounts/mail/verification.txt", context).strip()
            text_letter(subject=title, text=text, to=user.email).send()
        elif user.phone:
            notice, _words = verification_words.notice_and_words(verification)
            send_sms(
                recipient=user.phone,
                template=SmsTemplate.VERIFICATION,
                not_before=may_ring_at(user_id=user.pk, notice=notice),
                news=str(title),
            )
    told = UserVerification.objects.filter(pk=verification.pk, mail_due_at=verification.mail_due_at)
    told.update(mail_due_at=None)
    return bool(user.email or user.phone)
