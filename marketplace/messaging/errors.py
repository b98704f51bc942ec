from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class MessagingErrorCode(StrEnum):
    ONESELF = "oneself"
    NOT_A_SELLER = "not_a_seller"
    NOT_PARTICIPANT = "not_participant"
    SENDER_INACTIVE = "sender_inactive"
    NOT_TAKEN = "not_taken"
    YOU_BLOCKED = "you_blocked"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    TOO_FAST = "too_fast"
    TOO_MANY_NEW = "too_many_new"
    CONTACT_WARNING = "contact_warning"
    WORDS_WARNING = "words_warning"
    HELD = "held"
    EDIT_REFUSED = "edit_refused"
    REPLY_REFUSED = "reply_refused"
    FLAG_OWN_CASE = "flag_own_case"
    FLAG_REASON_MISSING = "flag_reason_missing"
    TOO_MANY_TEMPLATES = "too_many_templates"
    REUSED = "reused"
    NOT_YOURS = "not_yours"
    TOO_LATE = "too_late"
    WITHDRAWN = "withdrawn"


class MessagingError(DomainError):
    """A refusal about a conversation."""

    messages = {
        MessagingErrorCode.ONESELF: _("You cannot write to yourself."),
        MessagingErrorCode.NOT_A_SELLER: _("This person offers no services, so a conversation cannot be started."),
        MessagingErrorCode.NOT_PARTICIPANT: _("This conversation belongs to two other people."),
        MessagingErrorCode.SENDER_INACTIVE: _("Your account is not open at the moment. Nothing was sent."),
        # Neutral on purpose: nobody is told that they were blocked.
        MessagingErrorCode.NOT_TAKEN: _("This person does not take messages at the moment. Nothing was sent."),
        MessagingErrorCode.YOU_BLOCKED: _(
            "You have blocked this person. To write to them, take that back first: here, or in your privacy settings."
        ),
        MessagingErrorCode.EMPTY: _("Please write something or attach a file."),
        MessagingErrorCode.TOO_LONG: _(
            "A message has at most %(limit)s characters; this one has %(length)s. "
            "Please shorten it or send it in parts."
        ),
        MessagingErrorCode.TOO_MANY_FILES: _(
            "At most %(limit)s files go with one message. Please send the rest after it."
        ),
        MessagingErrorCode.TOO_FAST: _(
            "At most %(limit)s messages a minute. Nothing is lost: please send this one again in a moment."
        ),
        MessagingErrorCode.TOO_MANY_NEW: _(
            "You have written to %(limit)s new people within an hour. Please wait for their answers before you write to more."
        ),
        # Not refused: sent again with `confirmed`, it goes.
        MessagingErrorCode.CONTACT_WARNING: _(
            "Before you send: %(found)s looks like contact details or payment past the platform. Only money paid here is in "
            "escrow, and only what is written here counts in a dispute. %(consequence)s"
        ),
        MessagingErrorCode.WORDS_WARNING: _(
            "Before you send: %(found)s is against the rules of the platform in most cases. %(consequence)s"
        ),
        MessagingErrorCode.HELD: _(
            "Your message waits for a moderator and has not been delivered yet. You are told what came of it."
        ),
        MessagingErrorCode.EDIT_REFUSED: _("The message cannot be changed to that, so it stays as it was."),
        MessagingErrorCode.REPLY_REFUSED: _(
            "%(found)s looks like contact details or payment past the platform. An automatic reply goes out without them."
        ),
        MessagingErrorCode.FLAG_OWN_CASE: _("Somebody else has to decide this one: you take part in the conversation."),
        MessagingErrorCode.FLAG_REASON_MISSING: _("Please write why: the writer reads it."),
        MessagingErrorCode.TOO_MANY_TEMPLATES: _(
            "You keep %(limit)s quick replies, which is the most. Delete one to add another."
        ),
        MessagingErrorCode.REUSED: _(
            "This form has been sent before, with other words. Yours are still here: please send them again."
        ),
        MessagingErrorCode.NOT_YOURS: _("Only who wrote a message can change it."),
        MessagingErrorCode.TOO_LATE: _(
            "A message can be changed and withdrawn for %(minutes)s minutes. This one is older, so it stays as it is."
        ),
        MessagingErrorCode.WITHDRAWN: _("This message has been withdrawn. Please write a new one."),
        MessagingErrorCode.FILE_TOO_LARGE: _(
            "“%(name)s” is larger than %(limit)s MB. Please compress it or split it up."
        ),
    }


# Not refusals: the same sent again with `confirmed` goes.
WARNINGS = frozenset({MessagingErrorCode.CONTACT_WARNING, MessagingErrorCode.WORDS_WARNING})
