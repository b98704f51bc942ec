"""What staff clicked on that is not there (any more)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def absent_is_404(*models: Any) -> Callable[[View], View]:
    """Answer 404 where the view's service does not find its row. Rows of other models that are missing stay loud.

    `models` are classes of models; typed Any, for no stub knows their DoesNotExist.
    """
    absences = tuple(model.DoesNotExist for model in models)

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(*args, **kwargs)
            except absences as absence:
                raise Http404 from absence

        return asked

    return decorate
