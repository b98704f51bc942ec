"""A gig as a plain record: what stands in a file, and the only thing that is read from one.

`clean` turns what somebody wrote into a record or says what is wrong with it; `record_of` and `content_of` go between
records and GigContent. A record holds texts, whole numbers and lists only, so that JSON keeps it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.money import parse_yuan, yuan_text
from marketplace.gigs.content import (
    MOST_DELIVERY_DAYS,
    TITLE_LIMIT,
    ExtraContent,
    FaqContent,
    FeatureRow,
    GigContent,
    PackageContent,
    RequirementContent,
    in_tier_order,
)
from marketplace.gigs.exchange.additions import clean_attributes, clean_media, known_attributes, media_of, with_record
from marketplace.gigs.exchange.base import Categories, RecordFault, plain
from marketplace.gigs.models import (
    Gig,
    GigExtra,
    GigFaq,
    GigPackage,
    GigReference,
    GigRequirement,
    PackageTier,
    RequirementKind,
)

Record = dict[str, Any]
# What an import may change, in the order in which a preview shows it.
FIELD_LABELS: dict[str, str | Promise] = {
    "title": gettext_lazy("Title"),
    "category": gettext_lazy("Subcategory"),
    "description": gettext_lazy("Description"),
    "language": gettext_lazy("Language"),
    "tags": gettext_lazy("Tags"),
    "packages": gettext_lazy("Packages"),
    "extras": gettext_lazy("Add-ons"),
    "features": gettext_lazy("Comparison"),
    "requirements": gettext_lazy("Requirements"),
    "faqs": gettext_lazy("Questions"),
    "attributes": gettext_lazy("Attributes"),
    "media": gettext_lazy("Gallery"),
}
# Longer lists than the editor takes; bounds what one record can hold.
LIST_LIMIT = 20
MOST_REVISIONS = 99


def record_of(gig: Gig, content: GigContent, reference: str = "") -> Record:
    """The record of a gig as `content` has it."""
    tiers = [package.tier for package in content.packages]
    return {
        "id": gig.pk,
        "reference": reference,
        "title": plain(content.title),
        "category": content.category.slug if content.category else "",
        "description": plain(content.description),
        "language": content.language,
        "tags": [plain(tag) for tag in content.tags],
        "packages": [
            {
                "tier": package.tier,
                "title": plain(package.title),
                "description": plain(package.description),
                "price_yuan": yuan_text(package.price_fen),
                "delivery_days": package.delivery_days,
                "revisions": package.revisions,
            }
            for package in in_tier_order(content.packages)
        ],
        "extras": [
            {
                "title": plain(extra.title),
                "price_yuan": yuan_text(extra.price_fen),
                "extra_days": extra.extra_days,
            }
            for extra in content.extras
        ],
        "features": [
            {"label": plain(row.label), "values": dict(zip(tiers, map(_plain_value, row.values), strict=False))}
            for row in content.features
        ],
        "requirements": [
            {
                "prompt": plain(item.prompt),
                "kind": str(item.kind),
                "choices": [plain(choice) for choice in item.choices],
                "required": item.required,
            }
            for item in content.requirements
        ],
        "faqs": [{"question": plain(faq.question), "answer": plain(faq.answer)} for faq in content.faqs],
        "attributes": known_attributes(content),
        "media": media_of(content),
    }


def clean(raw: Any, categories: Categories) -> Record:
    """The record that somebody wrote as `raw`. Raises RecordFault for the first thing that is wrong with it."""
    if not isinstance(raw, Mapping):
        raise RecordFault(_("A service is an object with named fields."))
    category = categories.find(_text(raw, "category", _("Subcategory"), 120))
    return {
        "id": _whole(raw, "id", _("ID"), 1, 2**62) if raw.get("id") not in (None, "") else None,
        "reference": _text(raw, "reference", _("Own number"), _limit(GigReference, "reference"), required=False),
        "title": _text(raw, "title", _("Title"), TITLE_LIMIT),
        "category": category.slug,
        "description": _text(raw, "description", _("Description"), _limit(Gig, "description"), required=False),
        "language": _one_of(raw, "language", _("Language"), ("zh-hans", "en"), default="zh-hans"),
        "tags": [_string(tag, _("Tags"), 40) for tag in _list(raw, "tags", _("Tags")) if tag not in (None, "")],
        "packages": [_package(row) for row in _list(raw, "packages", _("Packages"))],
        "extras": [_extra(row) for row in _list(raw, "extras", _("Add-ons"))],
        "features": [_feature(row) for row in _list(raw, "features", _("Comparison"))],
        "requirements": [_requirement(row) for row in _list(raw, "requirements", _("Requirements"))],
        "faqs": [_faq(row) for row in _list(raw, "faqs", _("Questions"))],
        # Nothing where the file says nothing: then it stays as it is.
        "attributes": clean_attributes(raw.get("attributes"), category),
        "media": clean_media(raw.get("media")),
    }


def content_of(record: Record, categories: Categories, base: GigContent | None) -> GigContent:
    """The content that `record` says; what no file carries (the files of the gallery) stays as `base` has it."""
    packages = tuple(
        PackageContent(
            tier=row["tier"],
            title=row["title"],
            description=row["description"],
            price_fen=parse_yuan(row["price_yuan"]),
            delivery_days=row["delivery_days"],
            revisions=row["revisions"],
        )
        for row in record["packages"]
    )
    tiers = [package.tier for package in in_tier_order(packages)]
    category = base.category if base and not record["category"] else categories.by_slug[record["category"]]
    written: dict[str, Any] = {
        "category": category,
        "title": record["title"],
        "description": record["description"],
        "language": record["language"],
        "packages": tuple(in_tier_order(packages)),
        "tags": tuple(record["tags"]),
        "extras": tuple(
            ExtraContent(row["title"], parse_yuan(row["price_yuan"]), row["extra_days"]) for row in record["extras"]
        ),
        "features": tuple(
            FeatureRow(row["label"], tuple(row["values"].get(tier, False) for tier in tiers))
            for row in record["features"]
        ),
        "requirements": tuple(
            RequirementContent(row["prompt"], row["kind"], tuple(row["choices"]), row["required"])
            for row in record["requirements"]
        ),
        "faqs": tuple(FaqContent(row["question"], row["answer"]) for row in record["faqs"]),
    }
    return with_record(replace(base, **written) if base else GigContent(**written), record)


def _plain_value(value: str | bool) -> str | bool:
    return plain(value) if isinstance(value, str) else value


def _limit(model: type[Model], field: str) -> int:
    limit: int = model._meta.get_field(field).max_length  # type: ignore[union-attr,assignment]
    return limit


def _list(raw: Mapping[str, Any], key: str, label: str) -> list[Any]:
    value = raw.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordFault(_("%(label)s: a list is wanted.") % {"label": label})
    if len(value) > LIST_LIMIT:
        raise RecordFault(_("%(label)s: at most %(limit)s entries.") % {"label": label, "limit": LIST_LIMIT})
    return value


def _rows(build: Callable[[Mapping[str, Any]], Record], label: str, row: Any) -> Record:
    if not isinstance(row, Mapping):
        raise RecordFault(_("%(label)s: each entry is an object with named fields.") % {"label": label})
    return build(row)


def _string(value: Any, label: str, limit: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # a spreadsheet makes a number of "2026"
    if not isinstance(value, str):
        raise RecordFault(_("%(label)s: a text is wanted.") % {"label": label})
    text = plain(value)
    if len(text) > limit:
        raise RecordFault(
            _("%(label)s: at most %(limit)s characters, there are %(count)s.")
            % {"label": label, "limit": limit, "count": len(text)}
        )
    return text


def _text(raw: Mapping[str, Any], key: str, label: str, limit: int, *, required: bool = True) -> str:
    value = raw.get(key)
    text = "" if value is None else _string(value, label, limit)
    if required and not text:
        raise RecordFault(_("%(label)s is missing.") % {"label": label})
    return text


def _whole(raw: Mapping[str, Any], key: str, label: str, least: int, most: int, default: int | None = None) -> int:
    value = raw.get(key)
    if value in (None, "") and default is not None:
        return default
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"-?[0-9]{1,18}", text, re.ASCII) or not least <= int(text) <= most:
        raise RecordFault(
            _("%(label)s: a whole number from %(least)s to %(most)s.") % {"label": label, "least": least, "most": most}
        )
    return int(text)


def _yuan(raw: Mapping[str, Any], label: str) -> str:
    value = raw.get("price_yuan")
    try:
        fen = parse_yuan(str(value).replace(",", "").replace("，", "").strip())
    except ValueError:
        fen = 0
    if not 0 < fen < 10**12:
        raise RecordFault(_("%(label)s: an amount in yuan like 680 or 680.50.") % {"label": label})
    return yuan_text(fen)


def _one_of(raw: Mapping[str, Any], key: str, label: str, known: tuple[str, ...], default: str | None = None) -> str:
    value = raw.get(key)
    if value in (None, "") and default is not None:
        return default
    if not isinstance(value, str) or value not in known:
        raise RecordFault(_("%(label)s: one of %(known)s.") % {"label": label, "known": "、".join(known)})
    return value


def _package(row: Any) -> Record:
    label = _("Packages")

    def build(raw: Mapping[str, Any]) -> Record:
        tier = _one_of(raw, "tier", label, tuple(PackageTier.values))
        named = f"{label} · {PackageTier(tier).label}"
        return {
            "tier": tier,
            "title": _text(raw, "title", f"{named} · " + _("Name"), _limit(GigPackage, "title")),
            "description": _text(
                raw, "description", f"{named} · " + _("In one sentence"), _limit(GigPackage, "description")
            ),
            "price_yuan": _yuan(raw, f"{named} · " + _("Price")),
            "delivery_days": _whole(raw, "delivery_days", f"{named} · " + _("Delivery time"), 1, MOST_DELIVERY_DAYS),
            "revisions": _whole(raw, "revisions", f"{named} · " + _("Revisions"), 0, MOST_REVISIONS, 1),
        }

    return _rows(build, label, row)


def _extra(row: Any) -> Record:
    label = _("Add-ons")

    def build(raw: Mapping[str, Any]) -> Record:
        return {
            "title": _text(raw, "title", label, _limit(GigExtra, "title")),
            "price_yuan": _yuan(raw, f"{label} · " + _("Price")),
            "extra_days": _whole(
                raw, "extra_days", f"{label} · " + _("Days"), -MOST_DELIVERY_DAYS, MOST_DELIVERY_DAYS, 0
            ),
        }

    return _rows(build, label, row)


def _feature(row: Any) -> Record:
    label = _("Comparison")

    def build(raw: Mapping[str, Any]) -> Record:
        values = raw.get("values")
        if not isinstance(values, Mapping) or not set(values) <= set(PackageTier.values):
            raise RecordFault(_("%(label)s: a value for each package is wanted.") % {"label": label})
        return {
            "label": _text(raw, "label", label, 40),
            "values": {
                tier: value if isinstance(value, bool) else _string(value, label, 40) for tier, value in values.items()
            },
        }

    return _rows(build, label, row)


def _requirement(row: Any) -> Record:
    label = _("Requirements")

    def build(raw: Mapping[str, Any]) -> Record:
        required = raw.get("required", True)
        if not isinstance(required, bool):
            raise RecordFault(_("%(label)s: required is yes or no.") % {"label": label})
        kind = _one_of(raw, "kind", label, tuple(RequirementKind.values), RequirementKind.TEXT.value)
        choices = [_string(choice, label, 60) for choice in _list(raw, "choices", label)]
        if kind == RequirementKind.CHOICE and len(choices) < 2:
            raise RecordFault(_("%(label)s: a choice needs at least two answers.") % {"label": label})
        prompt = _text(raw, "prompt", label, _limit(GigRequirement, "prompt"))
        return {
            "prompt": prompt,
            "kind": kind,
            "choices": choices if kind == RequirementKind.CHOICE else [],
            "required": required,
        }

    return _rows(build, label, row)


def _faq(row: Any) -> Record:
    label = _("Questions")

    def build(raw: Mapping[str, Any]) -> Record:
        return {
            "question": _text(raw, "question", label, _limit(GigFaq, "question")),
            "answer": _text(raw, "answer", label, _limit(GigFaq, "answer")),
        }

    return _rows(build, label, row)
