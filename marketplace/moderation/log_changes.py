"""What a form of the admin changed: the fields of its row before and after, without secrets."""

import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import ResolverMatch
from wagtail.models import Page

from marketplace.moderation.people_masks import masked_email, masked_phone

# Never kept, not even that it was "changed to": who reads the log reads no key of anything.
SECRET = re.compile(r"password|secret|token|csrf|session|encrypted|digest|api_?key|recovery|signature", re.IGNORECASE)
# Contact data is kept as staff sees it elsewhere; the log outlives the account.
_MASKED = {"email": masked_email, "phone": masked_phone, "pending_phone": masked_phone}
# They change with every save, and say nothing that the line does not.
_NOISE = frozenset({"updated_at", "last_login", "latest_revision_created_at", "search_vector"})
_MOST_CHARACTERS, _MOST_RELATED = 300, 50
_KEYS = ("pk", "page_id", "instance_pk", "user_id", "id")


@dataclass
class Seen:
    """A row as it was before the form was looked at."""

    model: type[models.Model]
    key: Any
    subject: models.Model
    fields: dict[str, Any]

    def changes(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """The fields that are other now, before and after. Of a row that is gone: all of them, and None."""
        row = _find(self.model, self.key)
        if row is None:
            return self.fields, None
        now = fields_of(row)
        changed = [name for name in now if now[name] != self.fields.get(name)]
        if not changed:
            return None, None
        return {name: self.fields.get(name) for name in changed}, {name: now[name] for name in changed}


def model_of(match: ResolverMatch) -> type[models.Model] | None:
    """The model that a page of Wagtail's generic views is about."""
    if match.namespace == "wagtailsettings" and {"app_name", "model_name"} <= match.kwargs.keys():
        return _installed(match.kwargs["app_name"], match.kwargs["model_name"])
    given = getattr(match.func, "view_initkwargs", {}).get("model")
    found = given or getattr(getattr(match.func, "view_class", None), "model", None)
    if found is None and "page_id" in match.kwargs:
        return Page
    return found if isinstance(found, type) and issubclass(found, models.Model) else None


def look(match: ResolverMatch | None) -> Seen | None:
    """The row that this address names, as it is now; None where it names none."""
    model = model_of(match) if match else None
    if match is None or model is None:
        return None
    key = next((match.kwargs[name] for name in _KEYS if name in match.kwargs), None)
    row = _find(model, key)
    return None if row is None else Seen(model, row.pk, row, fields_of(row))


def fields_of(row: models.Model) -> dict[str, Any]:
    """The columns of a row and the names of what it is tied to, as JSON; secrets are left out."""
    kept: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if SECRET.search(field.name) or field.name in _NOISE:
            continue
        kept[field.name] = _plain(field.name, getattr(row, field.attname))
    for related in row._meta.many_to_many:
        if not SECRET.search(related.name):
            kept[related.name] = [str(one) for one in getattr(row, related.name).all()[:_MOST_RELATED]]
    return kept


def _plain(name: str, value: Any) -> Any:
    if name in _MASKED:
        return _MASKED[name](value or "")
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)[:_MOST_CHARACTERS]


def _find(model: type[models.Model], key: Any) -> models.Model | None:
    if key is None:
        return None
    try:
        row = model._default_manager.filter(pk=str(key).replace("_5F", "_").replace("_2D", "-")).first()
    except (ValueError, ValidationError):  # Wagtail's address of something whose key is no such key
        return None
    return row.specific if isinstance(row, Page) else row


def _installed(app_label: str, model_name: str) -> type[models.Model] | None:
    try:
        return apps.get_model(app_label, model_name)
    except LookupError:
        return None
