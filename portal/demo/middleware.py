"""Every page and every job goes by the demo's clock. Part of the settings only where that clock is on (DEMO_CLOCK)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from portal.demo import clock


class DemoClockMiddleware:
    """Set the process's clock before each request. WebSockets live in the same process, and so go by it too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        clock.follow()
        return self.get_response(request)


def before_job(**_kwargs: Any) -> None:
    """Set the worker's clock before each job; connected to Celery's task_prerun."""
    clock.follow()
