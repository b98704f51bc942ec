"""Who asked for a change of a setting hears what became of it."""

from django.urls import reverse

from marketplace.core.config import DEFINITIONS
from marketplace.core.config_words import in_words
from marketplace.core.models import ChangeStatus, ConfigChange
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language


def tell_asker(change: ConfigChange) -> None:
    """At the bell: agreed to, or refused and why. In the transaction of the decision."""
    definition = DEFINITIONS.get(change.key)
    if change.asked_by_id is None or definition is None:
        return
    with recipient_language():
        words = {"setting": str(definition.description), "value": in_words(definition, int(change.value))}
        url = reverse("operations_setting", args=[change.key])
    if change.status == ChangeStatus.REFUSED:
        notice, words = catalogue.staff.SETTING_REFUSED, words | {"answer": change.answer}
    else:
        notice = catalogue.staff.SETTING_AGREED
    notify(recipient_id=change.asked_by_id, notice=notice, words=words, url=url)
