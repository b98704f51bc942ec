"""Signs that people put into messages here. Those of the device's keyboard come through as well."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EMOJI: tuple[tuple[str, str | Promise], ...] = (
    ("🙂", _("smile")),
    ("😄", _("laugh")),
    ("😅", _("relieved laugh")),
    ("😂", _("tears of joy")),
    ("😊", _("happy")),
    ("🤝", _("handshake")),
    ("👍", _("thumbs up")),
    ("👌", _("fine")),
    ("🙏", _("please, thank you")),
    ("👏", _("applause")),
    ("💪", _("strong")),
    ("🎉", _("celebrate")),
    ("🌹", _("rose")),
    ("❤️", _("heart")),
    ("🤔", _("thinking")),
    ("😭", _("crying")),
    ("😳", _("embarrassed")),
    ("☕", _("coffee")),
    ("✅", _("done")),
    ("⏰", _("time")),
)
