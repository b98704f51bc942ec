"""How long each kind of data is kept, told room by room, so that it can be proved.

Each room declares its rules in `retention.py`, as `RULES`; `all_rules` collects them. A rule names tables, why they are kept, for
how long, by which law or decision, and the job that ends it. Its bounds say which rows should be gone at a moment, each
in words of its own and not in those of the job: a job that forgets too little is found by them.
`tests/contracts/test_retention.py` looks that no table with personal data and no job that erases is forgotten, and that
docs/retention.md says the same.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db.models import Min, QuerySet
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from marketplace.core import clock
from marketplace.core.config import DEFINITIONS, get_config

# A job of the night is late after a day and two hours; what runs more often has the same time.
GRACE = timedelta(hours=26)
ALWAYS = timedelta()


@dataclass(frozen=True)
class Bound:
    """Rows that are to be gone, or emptied, once a moment lies far enough back.

    `rows` those that can become too old at all. `moment` the field, or the path to it, since when; a day where `is_day`.
    `kept` how long from then. `is_real`: the moment is of the real clock, not of the marketplace's.
    """

    rows: Callable[[], QuerySet[Any]]
    moment: str
    kept: Callable[[], timedelta]
    is_day: bool = False
    is_real: bool = False

    def overdue(self, *, grace: timedelta = GRACE) -> QuerySet[Any]:
        """What is still there although the job has had its time."""
        now = timezone.now() if self.is_real else clock.now()
        limit: Any = now - self.kept() - grace
        if self.is_day:
            limit = timezone.localdate(limit)
        return self.rows().filter(**{f"{self.moment}__lt": limit})


@dataclass(frozen=True)
class Rule:
    """One kind of data. `tables` are labels of models ("accounts.BrowserUse"); of an app that is not installed they are left out.

    `how_long` may name settings in braces, and is shown with their defaults. Without a `job` nothing removes it.
    """

    key: str
    tables: tuple[str, ...]
    why: str
    how_long: str
    ground: str
    job: str = ""
    bounds: tuple[Bound, ...] = ()

    @property
    def time(self) -> str:
        """`how_long` with the defaults of the settings it names."""
        return re.sub(
            r"{([\w.]+)}", lambda found: f"{DEFINITIONS[found[1]].default} days (`{found[1]}`)", self.how_long
        )


def days(number: int) -> Callable[[], timedelta]:
    """So many days."""
    return lambda: timedelta(days=number)


def days_of(key: str) -> Callable[[], timedelta]:
    """As many days as the setting says now."""
    return lambda: timedelta(days=get_config(key))


def at_once() -> timedelta:
    """Not at all."""
    return ALWAYS


def model_of(label: str) -> Any | None:
    """The model, or None where its app is not installed."""
    app_label, _dot, name = label.partition(".")
    try:
        return apps.get_model(app_label, name)
    except LookupError:
        return None


def all_rules() -> list[Rule]:
    """The rules of every room, in the order of the rooms."""
    return [rule for config in apps.get_app_configs() for rule in _rules_of(config)]


def _rules_of(config: Any) -> Iterator[Rule]:
    if config.name.startswith(("marketplace.", "cms_pages", "portal.")) and module_has_submodule(
        config.module, "retention"
    ):
        # This module has none: what core keeps is ruled by operations, whose desk writes it.
        yield from getattr(import_module(f"{config.name}.retention"), "RULES", ())


@dataclass(frozen=True)
class Proof:
    """How a rule is kept: how many rows are overdue, and since when the oldest of them."""

    rule: Rule
    overdue: int
    oldest: Any  # a moment or a day; None where nothing is overdue


def proof_of(rule: Rule) -> Proof:
    """Two queries a bound."""
    number, oldest = 0, []
    for bound in rule.bounds:
        rows = bound.overdue().order_by()
        count = rows.values("pk").distinct().count()
        number += count
        if count:
            oldest.append(rows.aggregate(oldest=Min(bound.moment))["oldest"])
    return Proof(rule, number, min(map(_as_moment, oldest), default=None))


def _as_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    return timezone.make_aware(datetime.combine(value, datetime.min.time()))


def table_of_rules() -> str:
    """All rules as the table of docs/retention.md."""
    lines = ["| rule | tables | why | how long | ground | removed by |", "|---|---|---|---|---|---|"]
    for rule in all_rules():
        tables = ", ".join(f"`{label}`" for label in rule.tables)
        job = f"`{rule.job}`" if rule.job else "nothing"
        lines.append(f"| `{rule.key}` | {tables} | {rule.why} | {rule.time} | {rule.ground} | {job} |")
    return "\n".join(lines) + "\n"
