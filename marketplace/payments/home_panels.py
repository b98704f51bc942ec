"""The admin's first page for finance: what is wrong, then what waits for a decision."""

from typing import Any

from wagtail.admin.ui.components import Component

from marketplace.accounts.models import User
from marketplace.payments import selectors, todo_selectors, waiting_selectors
from marketplace.payments.models import AuditRun
from marketplace.payments.todo_selectors import Todo


class AuditPanel(Component):
    """What the newest audit found, until a later one is clean."""

    order = 10
    template_name = "payments/admin/_audit_panel.html"

    def __init__(self, audit: AuditRun) -> None:
        self.audit = audit

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"audit": self.audit}


class WaitingPanel(Component):
    """Money that has not arrived for a day, or an audit that did not run."""

    order = 11
    template_name = "payments/admin/_waiting_panel.html"

    def __init__(self, number: int, *, audit_is_late: bool) -> None:
        self.number, self.audit_is_late = number, audit_is_late

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": self.number, "audit_is_late": self.audit_is_late}


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
    if staff.has_perm("payments.view_payout"):
        number, is_late = waiting_selectors.number_waiting(), waiting_selectors.audit_is_late()
        if number or is_late:
            found.append(WaitingPanel(number, audit_is_late=is_late))
    if todos := todo_selectors.todos_of(staff):
        found.append(TodoPanel(todos, audit if audit is not None and audit.is_sound else None))
    return found
