"""Life on the desk of settings and of operations: changes that were made and refused, one that waits, a backup, a failed job."""

from datetime import datetime, timedelta

from marketplace.accounts.models import User
from marketplace.core import changes, clock
from marketplace.operations.failures import record_failure
from marketplace.operations.models import EventKind, OperationEvent


def fill_settings_desk(staff: dict[str, User], now: datetime) -> None:
    """By the services that staff use, each at its own moment."""
    admin, finance = staff["admin"], staff["finance"]
    with clock.moved_to(now - timedelta(days=40)):
        changes.ask_for_change(key="gigs.autosave_minutes", value=15, reason="草稿版本太多，放宽间隔", asker=admin)
    with clock.moved_to(now - timedelta(days=33)):
        change = changes.ask_for_change(
            key="payments.commission_basis_points_top", value=800, reason="甄选服务商续约优惠", asker=admin
        )
    with clock.moved_to(now - timedelta(days=32)):
        changes.refuse_change(change_id=change.pk, staff=finance, answer="今年预算已定，明年再议")
    with clock.moved_to(now - timedelta(days=12)):
        first = changes.ask_for_change(
            key="discovery.promoted_most", value=3, reason="开学季多放一个广告位", asker=admin
        )
    with clock.moved_to(now - timedelta(days=5)):
        changes.roll_back(change_id=first.pk, asker=admin, reason="开学季结束")
    with clock.moved_to(now - timedelta(hours=3)):
        changes.ask_for_change(key="coupons.alone_fen", value=300_000, reason="大额优惠券多一道把关", asker=admin)
    OperationEvent.objects.bulk_create(
        [
            OperationEvent(
                kind=EventKind.BACKUP, is_ok=True, at=now - timedelta(hours=6), details={"words": "每日全量"}
            ),
            OperationEvent(kind=EventKind.RESTORE_TEST, is_ok=True, at=now - timedelta(days=11)),
        ]
    )
    record_failure(
        task_id="demo-failed-job",
        name="marketplace.payments.tasks.reconcile_bills",
        args=[],
        kwargs={},
        error="ReadTimeout: the institution's bill did not come within 10 seconds",
    )
