"""The admin's first page for finance: what is wrong, then what waits for a decision."""

from typing import Any

from django.utils.functional import Promise
from wagtail.admin.ui.components import Component

from marketplace.accounts.models import User
from marketplace.payments import balance_selectors, selectors, todo_selectors, waiting_selectors
from marketplace.payments.models import AccountBalance, AuditRun
from marketplace.payments.services import custody
from marketplace.payments.todo_selectors import Todo


class AuditPanel(Component):
    """What the newest audit found, until a later one is clean."""

    order = 10
    template_name = "payments/admin/_audit_panel.html"

    def __init__(self, audit: AuditRun) -> None:
        self.audit = audit

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"audit": self.audit, "is_custody": custody.is_custody()}


class BalancesPanel(Component):
    """An institution holds another amount than our books explain, or has not said what it holds."""

    order = 11
    template_name = "payments/admin/_balances_panel.html"

    def __init__(self, off: list[AccountBalance], late: list[AccountBalance]) -> None:
        self.off, self.late = off, late

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"off": self.off, "late": self.late, "is_custody": custody.is_custody()}


class WaitingPanel(Component):
    """Money that has not arrived for a day or stands still, or a nightly job that did not run."""

    order = 12
    template_name = "payments/admin/_waiting_panel.html"

    def __init__(self, number: int, missed: list[Promise]) -> None:
        self.number, self.missed = number, missed

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": self.number, "missed": self.missed}


class TodoPanel(Component):
    """What waits for a decision, each kind with its number, sum and age, and the way to its desk."""

    order = 20
    template_name = "payments/admin/_todo_panel.html"

    def __init__(self, todos: list[Todo], audit: AuditRun | None) -> None:
        self.todos, self.audit = todos, audit

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"todos": self.todos, "is_idle": not any(todo.number for todo in self.todos), "audit": self.audit}


def panels_for(staff: User) -> list[Component]:
    """The panels that this person's permissions allow."""
    found: list[Component] = []
    audit = selectors.latest_audit() if staff.has_perm("payments.view_auditrun") else None
    if audit is not None and not audit.is_sound:
        found.append(AuditPanel(audit))
    if staff.has_perm("payments.view_difference"):
        off, late = balance_selectors.balances_that_are_off(), balance_selectors.late_balances()
        if off or late:
            found.append(BalancesPanel(off, late))
    if staff.has_perm("payments.view_payout"):
        number, missed = waiting_selectors.number_waiting(), waiting_selectors.nights_missed()
        if number or missed:
            found.append(WaitingPanel(number, missed))
    if todos := todo_selectors.todos_of(staff):
        found.append(TodoPanel(todos, audit if audit is not None and audit.is_sound else None))
    return found
