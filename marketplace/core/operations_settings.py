"""From when on operators are told (docs/operations-page.md), and how long is kept what the law wants kept (docs/retention.md)."""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition, Source

OPERATIONS_SETTINGS: tuple[ConfigDefinition, ...] = (
    # Product decisions: a nightly backup with two hours of grace, a restore tried each month, jobs that wait minutes at most.
    ConfigDefinition("operations.backup_hours", 26, 1, 240, _("hours"), _("The last backup is at most as old as")),
    ConfigDefinition(
        "operations.restore_test_days", 35, 1, 400, _("days"), _("The last restore test is at most as old as")
    ),
    ConfigDefinition("operations.queue_minutes", 5, 1, 240, _("minutes"), _("A job waits in its queue for at most")),
    # 电子商务法 §31: three years at least from the completion of the transaction, however many leap days they have;
    # 个人信息保护法 §19: not longer than is needed. The database refuses less (orders/migrations/0009_emptying.py).
    ConfigDefinition(
        "operations.order_kept_days",
        1096,
        1096,
        3660,
        _("days"),
        _("Words and files of an order, of offers and of messages are deleted after its end, in"),
        source=Source.LAW,
        law="电子商务法 §31；个人信息保护法 §19",
    ),
)
