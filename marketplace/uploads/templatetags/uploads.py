"""Tags of forms that files are sent with."""

import json

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def upload_texts() -> str:
    """JSON of the sentences that static/js/uploads.js composes, for the `data-texts` of its element."""
    return json.dumps(
        {
            "waiting": _("Waiting for its turn"),
            "sending": _("Sent: %(share)s"),
            "checking": _("Being checked"),
            "ready": _("Ready"),
            "partial": _("Has not arrived whole. Choose the file again."),
            "failed": _("The connection broke off. Try again; files that have arrived stay."),
            "signedOut": _("You are signed out. Sign in in another tab, then try again."),
            "saidAdded": _("%(count)s files are being sent."),
            "saidReady": _("“%(name)s” is ready."),
            "saidRemoved": _("“%(name)s” is removed."),
            "saidMoved": _("“%(name)s” is now at place %(place)s."),
            "saidCover": _("“%(name)s” is now the cover."),
            # Translators: the name of a button, and of the file that it is for.
            "buttonOf": _("%(button)s: %(name)s"),
            "image": _("Picture"),
            "numbered": _("Picture %(number)s"),
        },
        ensure_ascii=False,
    )
