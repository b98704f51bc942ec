"""What an import would change: computed from the records and from what stands here now, and so again when it is applied."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.gigs.content import GigContent, check_content
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.exchange.additions import attribute_words, merged
from marketplace.gigs.exchange.base import Categories, RecordFault, plain
from marketplace.gigs.exchange.files import own_records
from marketplace.gigs.exchange.records import FIELD_LABELS, Record, clean, content_of
from marketplace.gigs.models import Gig, PackageTier, RequirementKind
from marketplace.gigs.reviewing import review_in_progress
from marketplace.gigs.states import EDITABLE


class Change(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class FieldChange:
    """One field as it is and as it would be; texts of several lines."""

    label: str | Promise
    before: str
    after: str


@dataclass(frozen=True)
class Planned:
    """What becomes of one service of the file."""

    line: int
    title: str
    change: Change
    gig_id: int | None = None
    reference: str = ""  # the own number to be noted, when it is a new one
    content: GigContent | None = None
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    left_out: tuple[str, ...] = ()  # files of the gallery that no import can bring
    mark: str = ""  # of the revision it was compared with (revision_mark)


def cleaned(found: Iterable[tuple[int, Any]]) -> list[dict[str, Any]]:
    """What is kept of a file: for each service its line with a record, or with the reason why it is refused."""
    categories = Categories()
    kept = []
    for line, raw in found:
        title = raw.get("title") if isinstance(raw, Mapping) else None
        title = plain(title)[:80] if isinstance(title, str) else ""
        try:
            kept.append({"line": line, "title": title, "record": clean(raw, categories)})
        except RecordFault as fault:
            kept.append({"line": line, "title": title, "fault": fault.message})
    return kept


def plan_import(kept: Iterable[Mapping[str, Any]], seller: User) -> list[Planned]:
    """What would become of each service of a file, as things stand now. Writes nothing."""
    plan = _Plan(seller)
    return [plan.of(entry) for entry in kept]


class _Plan:
    def __init__(self, seller: User) -> None:
        found = own_records(seller)
        self.categories = Categories()
        self.by_id = {gig.pk: (gig, content, record) for gig, content, record in found}
        self.by_reference = {record["reference"]: gig.pk for gig, _content, record in found if record["reference"]}
        self.taken: set[int | str] = set()

    def of(self, entry: Mapping[str, Any]) -> Planned:
        line, title = entry["line"], entry["title"]
        if "fault" in entry:
            return Planned(line, title, Change.REFUSED, reason=entry["fault"])
        try:
            return self._planned(line, entry["record"])
        except RecordFault as fault:
            return Planned(line, title, Change.REFUSED, reason=fault.message)
        except GigError as error:
            return Planned(line, title, Change.REFUSED, reason=error.message)

    def _planned(self, line: int, record: Record) -> Planned:
        from marketplace.gigs.services.drafts import revision_mark  # services read this module as they load

        gig_id, reference = self._match(record), record["reference"]
        for key in {key for key in (gig_id, reference) if key}:
            if key in self.taken:
                raise RecordFault(_("This service stands in the file twice."))
            self.taken.add(key)
        if gig_id is None:
            gallery = merged(record.get("media"), ())
            content = content_of(record, self.categories, None)
            check_content(content)
            fields = tuple(_additions(record, self.categories))
            return Planned(
                line,
                record["title"],
                Change.NEW,
                reference=reference,
                content=content,
                fields=fields,
                left_out=gallery.missing,
            )
        gig, base, current = self.by_id[gig_id]
        gallery = merged(record.get("media"), current["media"])
        record = {**record, "media": gallery.media}
        # A file without own numbers takes none away.
        is_renamed = bool(reference) and reference != current["reference"]
        fields = _differences(current, record, self.categories)
        if not fields and not is_renamed:
            return Planned(line, gig.title, Change.UNCHANGED, gig_id, left_out=gallery.missing)
        if is_renamed:
            fields = (FieldChange(_("Own number"), current["reference"], reference), *fields)
        if review_in_progress(gig):
            raise GigError(GigErrorCode.LOCKED_FOR_REVIEW)
        if gig.status not in EDITABLE:
            raise GigError(GigErrorCode.WRONG_STATE)
        content = content_of(record, self.categories, base)
        check_content(content)
        return Planned(
            line,
            record["title"],
            Change.CHANGED,
            gig_id,
            reference if is_renamed else "",
            content,
            tuple(fields),
            left_out=gallery.missing,
            mark=revision_mark(gig),
        )

    def _match(self, record: Record) -> int | None:
        """The gig a record means, or None for a new one. Raises RecordFault."""
        known = self.by_reference.get(record["reference"])
        if record["id"] is None:
            if not record["reference"]:
                # Else the same file, sent again, would make everything twice.
                raise RecordFault(
                    _("A new service needs an own number, by which it is known when the file comes again.")
                )
            return known
        if record["id"] not in self.by_id:
            raise RecordFault(_("You have no service with the ID %(id)s.") % {"id": record["id"]})
        if known not in (None, record["id"]):
            raise RecordFault(_("Another service of yours has this own number."))
        gig_id: int = record["id"]
        return gig_id


def _differences(before: Record, after: Record, categories: Categories) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(label, _shown(name, before, categories), _shown(name, after, categories))
        for name, label in FIELD_LABELS.items()
        if after.get(name) is not None and _comparable(name, before) != _comparable(name, after)
    )


def _additions(record: Record, categories: Categories) -> Iterator[FieldChange]:
    """What is not seen of a new service by its title: its attributes."""
    if record.get("attributes"):
        yield FieldChange(FIELD_LABELS["attributes"], "", _shown("attributes", record, categories))


def _comparable(name: str, record: Record) -> Any:
    value = record[name]
    if name == "packages":
        return sorted(value, key=lambda package: PackageTier.values.index(package["tier"]))
    if name == "features":
        # "Not included" of a package that says nothing is the same as no word about it.
        return [(row["label"], {tier: text for tier, text in row["values"].items() if text}) for row in value]
    return value


def _shown(name: str, record: Record, categories: Categories) -> str:
    """A field in words, a line for each entry of a list."""
    value = record[name]
    match name:
        case "category":
            category = categories.by_slug.get(value)
            return categories.path(category) if category else str(value)
        case "language":
            return str(dict(Gig._meta.get_field("language").flatchoices).get(value, value))
        case "tags":
            return "、".join(value)
        case "packages":
            lines = [
                f"{PackageTier(row['tier']).label} · {row['title']} · ¥{row['price_yuan']} · "
                + _("%(days)s days, %(revisions)s revisions")
                % {"days": row["delivery_days"], "revisions": row["revisions"]}
                + f" · {row['description']}"
                for row in value
            ]
        case "extras":
            lines = [f"{row['title']} · ¥{row['price_yuan']} · {row['extra_days']:+d}" for row in value]
        case "features":
            lines = [f"{row['label']}: " + " / ".join(map(_word, row["values"].values())) for row in value]
        case "requirements":
            lines = [
                " · ".join(
                    [row["prompt"], str(RequirementKind(row["kind"]).label), *row["choices"]]
                    + ([] if row["required"] else [_("may stay empty")])
                )
                for row in value
            ]
        case "attributes":
            words = attribute_words(value, categories.by_slug.get(record["category"]))
            lines = [f"{named}: " + "、".join(options) for named, options in words]
        case "media":
            lines = [" · ".join(filter(None, (PurePosixPath(row["name"]).name, row["alt_text"]))) for row in value]
        case "faqs":
            lines = [f"{row['question']} {row['answer']}" for row in value]
        case _:
            return str(value)
    return "\n".join(lines)


def _word(value: str | bool) -> str:
    return value if isinstance(value, str) else "✓" if value else "—"
