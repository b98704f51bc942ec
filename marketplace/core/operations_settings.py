"""From when on operators are told (docs/operations-page.md)."""

from django.utils.translation import gettext_lazy as _

from marketplace.core.config_definition import ConfigDefinition

OPERATIONS_SETTINGS: tuple[ConfigDefinition, ...] = (
    # Product decisions: a nightly backup with two hours of grace, a restore tried each month, jobs that wait minutes at most.
    ConfigDefinition("operations.backup_hours", 26, 1, 240, _("hours"), _("The last backup is at most as old as")),
    ConfigDefinition(
        "operations.restore_test_days", 35, 1, 400, _("days"), _("The last restore test is at most as old as")
    ),
    ConfigDefinition("operations.queue_minutes", 5, 1, 240, _("minutes"), _("A job waits in its queue for at most")),
)
