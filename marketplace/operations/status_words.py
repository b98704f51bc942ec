"""The status page in the reader's language, and as JSON in both."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from marketplace.operations.incidents import parts_in_words
from marketplace.operations.measuring import Day, History
from marketplace.operations.models import Incident, IncidentKind, IncidentUpdate, PartState, Stage
from marketplace.operations.public_parts import PARTS
from marketplace.operations.queues import in_words
from marketplace.operations.status_page import Disturbance, Line, StatusPage

ENGLISH = "en"


@dataclass(frozen=True)
class Head:
    """The sentence on top. `tone`: good, partly, down, told (by staff, while all is measured to work), maintenance."""

    tone: str
    sentence: str


def head(page: StatusPage) -> Head:
    """What is measured decides; what staff says comes in where all is measured to work, or was announced."""
    disturbed = page.disturbed
    announced = {key for incident in page.maintenance for key in incident.parts}
    if disturbed and {line.part.key for line in disturbed} <= announced:
        words = _("Maintenance as announced. Affected: %(parts)s.")
        return Head("maintenance", words % {"parts": _list(disturbed)})
    down = [line for line in disturbed if line.state == PartState.DOWN]
    if len(down) == len(page.lines):
        return Head("down", _("The site cannot be used at present. We are told of it by our own measuring."))
    if down:
        return Head("down", _("Cannot be used at present: %(parts)s.") % {"parts": _list(down)})
    if disturbed:
        return Head("partly", _("Partly affected: %(parts)s.") % {"parts": _list(disturbed)})
    if any(incident.kind == IncidentKind.INCIDENT for incident in page.going_on):
        return Head("told", _("We are looking after an incident. By our measuring everything works."))
    if page.maintenance:
        return Head("maintenance", _("Maintenance is under way. By our measuring everything works."))
    return Head("good", _("Everything works."))


def _list(lines: list[Line]) -> str:
    return pgettext("list", ", ").join(str(line.part.name) for line in lines)


@dataclass(frozen=True)
class Bar:
    """A day: its colour, and what it says where something was wrong."""

    look: str
    words: str


def bars(history: History) -> Iterator[Bar]:
    """One for each day shown, oldest first."""
    for day in history.days:
        yield Bar(day.look, _day_in_words(day) if day.look not in {"good", "none"} else "")


def _day_in_words(day: Day) -> str:
    said = [
        f"{state.label}: {_span(day.spent[state])}" for state in (PartState.DOWN, PartState.PARTLY) if day.spent[state]
    ]
    if day.look == "gap":
        said.append(_("not measured: %(span)s") % {"span": _span(day.unmeasured)})
    return f"{day.day:%Y-%m-%d} {' · '.join(said)}"


def _span(span: timedelta) -> str:
    return in_words(max(span, timedelta(minutes=1)))


def bars_in_words(history: History) -> str:
    """What the bars show, for who does not see them."""
    number = sum(day.look in {"down", "partly"} for day in history.days)
    if not number:
        return _("No disturbance was measured in the last 90 days.")
    return ngettext(
        "A disturbance was measured on %(number)s of the last 90 days.",
        "Disturbances were measured on %(number)s of the last 90 days.",
        number,
    ) % {"number": number}


def percent(history: History) -> str:
    """Usable so much of the time, with as few decimals as it takes; empty before anything was measured."""
    usable = history.usable_percent
    return "" if usable is None else f"{usable:.2f}".rstrip("0").rstrip(".") + "%"


@dataclass(frozen=True)
class ShownLine:
    """A line of the page in the reader's language."""

    line: Line
    words: str
    percent: str
    bars: list[Bar]
    bars_in_words: str


def shown_lines(page: StatusPage) -> Iterator[ShownLine]:
    """Every part, in the order in which people need them."""
    for line in page.lines:
        history = line.history
        yield ShownLine(
            line,
            line.part.words(line.state),
            percent(history) if history is not None else "",
            list(bars(history)) if history is not None else [],
            bars_in_words(history) if history is not None else "",
        )


@dataclass(frozen=True)
class Told:
    """An incident or maintenance in the reader's language."""

    incident: Incident
    title: str
    parts: str
    stage: str
    updates: list[tuple[IncidentUpdate, str, str]]  # with its stage and its text
    is_late: bool  # maintenance that takes longer than announced


def told(incident: Incident) -> Told:
    """Its words; what was said of it last comes first."""
    is_english = _is_english()
    updates = [
        (update, stage_in_words(incident, update), update.text_en if is_english else update.text)
        for update in incident.updates.all()
    ]
    return Told(
        incident,
        incident.title_en if is_english else incident.title,
        pgettext("list", ", ").join(parts_in_words(incident)),
        _stage_now(incident, updates[0][1] if updates else ""),
        updates,
        incident.closed_at is None and incident.ends_at is not None and incident.ends_at < timezone.now(),
    )


def _stage_now(incident: Incident, said: str) -> str:
    if incident.ends_at is not None and incident.closed_at is None and incident.starts_at <= timezone.now():
        return pgettext("maintenance", "Under way")
    return said


def stage_in_words(incident: Incident, update: IncidentUpdate) -> str:
    """Maintenance is done, or called off where that was said before it began."""
    if incident.kind == IncidentKind.MAINTENANCE and update.stage == Stage.OVER:
        if update.at < incident.starts_at:
            return pgettext("maintenance", "Called off")
        return pgettext("maintenance", "Done")
    if incident.kind == IncidentKind.MAINTENANCE and update.at >= incident.starts_at:
        return pgettext("maintenance", "Under way")
    return str(Stage(update.stage).label)


def _is_english() -> bool:
    return (get_language() or "").startswith(ENGLISH)


def past_in_words(page: StatusPage) -> Iterator[dict[str, Any]]:
    """What is over, newest first: told by staff, or measured."""
    for item in page.past:
        if isinstance(item, Disturbance):
            names = pgettext("list", ", ").join(str(PARTS[key].name) for key in item.parts)
            yield {"measured": item, "parts": names, "span": in_words(item.ended_at - item.began_at)}
        else:
            yield {"told": told(item)}


def as_json(page: StatusPage) -> dict[str, Any]:
    """For programs and for a copy of the page at another house (docs/operations.md): texts in both languages."""
    return {
        "made_at": page.made_at.isoformat(timespec="seconds"),
        "measured_at": page.measured_at.isoformat(timespec="seconds") if page.measured_at else None,
        "history_is_old": page.is_history_old,
        "state": head(page).tone,
        "sentence": _in_both(lambda: head(page).sentence),
        "parts": [_line_as_json(line) for line in page.lines],
        "going_on": [_incident_as_json(incident) for incident in page.going_on],
        "announced": [_incident_as_json(incident) for incident in page.coming],
    }


def _in_both(words: Any) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(words())
    return found


def _line_as_json(line: Line) -> dict[str, Any]:
    return {
        "key": line.part.key,
        "name": _in_both(lambda: line.part.name),
        "state": line.state.value,
        "words": _in_both(lambda: line.part.words(line.state)),
        "usable_percent": line.history.usable_percent if line.history is not None else None,
    }


def _incident_as_json(incident: Incident) -> dict[str, Any]:
    return {
        "kind": incident.kind,
        "title": {"zh-hans": incident.title, "en": incident.title_en},
        "parts": incident.parts,
        "starts_at": incident.starts_at.isoformat(timespec="seconds"),
        "ends_at": incident.ends_at.isoformat(timespec="seconds") if incident.ends_at else None,
        "updates": [
            {"at": update.at.isoformat(timespec="seconds"), "stage": update.stage}
            | {"text": {"zh-hans": update.text, "en": update.text_en}}
            for update in incident.updates.all()
        ],
    }
