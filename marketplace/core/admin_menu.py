"""Lines of the menu in Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem


class PermittedMenuItem(MenuItem):
    """Shown to whoever may do what it leads to."""

    def __init__(self, *args: Any, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether this person holds the permission."""
        return bool(request.user.has_perm(self.permission))
