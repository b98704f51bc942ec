"""What the tables of 0005 start with: the curated skills, the pictures of pieces, the hats.

In batches, each committed by itself, so that nobody waits for more than a few hundred rows; a run that was stopped goes on
where it was. Languages stay as they are (codes without levels) until their owner saves them: processes of the release before
expect codes, and UserProfile.language_levels reads both.
"""

import json
from pathlib import Path
from typing import Any

from django.db import migrations
from django.utils.text import slugify

SKILLS = Path(__file__).parents[1] / "data" / "skills.json"
BATCH = 500


def load_skills(apps: Any, schema_editor: Any) -> None:
    """The curated list; what is there under the same name gets its English name and area."""
    skill_model = apps.get_model("accounts", "Skill")
    there = {skill.name: skill for skill in skill_model.objects.all()}
    slugs = {skill.slug for skill in there.values()}
    for area, rows in json.loads(SKILLS.read_text(encoding="utf-8")).items():
        for name, name_en in rows:
            if name in there:
                skill_model.objects.filter(name=name).update(name_en=name_en, area=area)
                continue
            slug = wanted = slugify(name_en) or slugify(name, allow_unicode=True)
            number = 2
            while slug in slugs:
                slug, number = f"{wanted}-{number}", number + 1
            slugs.add(slug)
            skill_model.objects.create(name=name, name_en=name_en, slug=slug, area=area)


def carry_pictures(apps: Any, schema_editor: Any) -> None:
    """Each piece's one picture becomes its first medium; the file stays where it is."""
    medium_model = apps.get_model("accounts", "PortfolioMedia")
    pieces = apps.get_model("accounts", "Portfolio").objects.exclude(image="").filter(media__isnull=True).order_by("pk")
    while batch := list(pieces[:BATCH]):
        medium_model.objects.bulk_create(
            medium_model(piece=piece, kind="image", picture=piece.image.name, width=piece.width, height=piece.height)
            for piece in batch
        )


def give_pictures_back(apps: Any, schema_editor: Any) -> None:
    """The way back: the first picture of a piece is its picture."""
    pieces = apps.get_model("accounts", "Portfolio").objects
    media = apps.get_model("accounts", "PortfolioMedia").objects.filter(kind="image").order_by("-position", "-pk")
    for medium in media.iterator(BATCH):
        pieces.filter(pk=medium.piece_id).update(image=medium.picture.name, width=medium.width, height=medium.height)


def put_hats_on(apps: Any, schema_editor: Any) -> None:
    """Until now a seller's header led to the desk."""
    profiles = apps.get_model("accounts", "UserProfile").objects
    sellers = profiles.filter(seller_since__isnull=False).exclude(hat="seller").order_by("pk").values_list("pk", flat=True)
    while batch := list(sellers[:BATCH]):
        profiles.filter(pk__in=batch).update(hat="seller")


def take_levels_off(apps: Any, schema_editor: Any) -> None:
    """The way back: the release before knows languages by their codes alone."""
    profiles = apps.get_model("accounts", "UserProfile").objects
    for pk, languages in profiles.exclude(languages=[]).values_list("pk", "languages").iterator(BATCH):
        codes = [row if isinstance(row, str) else row["code"] for row in languages]
        if codes != languages:
            profiles.filter(pk=pk).update(languages=codes)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0005_profile")]
    operations = [
        migrations.RunPython(load_skills, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(carry_pictures, give_pictures_back, elidable=False),
        migrations.RunPython(migrations.RunPython.noop, take_levels_off, elidable=False),
        migrations.RunPython(put_hats_on, migrations.RunPython.noop, elidable=False),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="portfolio", name=name) for name in ("height", "image", "width")
            ]
        ),
    ]
