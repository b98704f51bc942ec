"""Where a block stands in the editors' chooser: by what it is for, not by how it is made."""

from django.utils.translation import gettext_lazy as _

OPENING = _("First screen and calls")
GOODS = _("Services and people")
PROOF = _("Trust and explanation")
WORDS = _("Words and pictures")
PROMOTION = _("Campaign")
