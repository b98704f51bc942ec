"""Profiles as people edit them now: media of a portfolio, levels of languages, the curated list of skills.

Expand only: the columns image, width and height of a piece stay in the table, with defaults, for processes of the release
before. The release after this one drops them.
"""

import json
from pathlib import Path
from typing import Any

import django.db.models.deletion
import marketplace.accounts.models.portfolio
from django.conf import settings
from django.db import migrations, models
from django.utils.text import slugify

SKILLS = Path(__file__).parents[1] / "data" / "skills.json"

# Who ticked a language works in it; how well nobody asked before.
LEVELS = """
UPDATE accounts_userprofile SET languages = (
    SELECT jsonb_agg(jsonb_build_object('code', code, 'level', 'fluent') ORDER BY place)
    FROM jsonb_array_elements_text(languages) WITH ORDINALITY AS listed (code, place)
) WHERE jsonb_typeof(languages -> 0) = 'string'
"""
# Until now a seller's header led to the desk.
HATS = "UPDATE accounts_userprofile SET hat = 'seller' WHERE seller_since IS NOT NULL"
NO_LEVELS = """
UPDATE accounts_userprofile SET languages = (
    SELECT jsonb_agg(one -> 'code') FROM jsonb_array_elements(languages) AS one
) WHERE jsonb_typeof(languages -> 0) = 'object'
"""


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
    pieces = apps.get_model("accounts", "Portfolio").objects.exclude(image="").filter(media__isnull=True)
    medium_model.objects.bulk_create(
        [
            medium_model(piece=piece, kind="image", picture=piece.image.name, width=piece.width, height=piece.height)
            for piece in pieces.iterator()
        ],
        batch_size=500,
    )


def give_pictures_back(apps: Any, schema_editor: Any) -> None:
    """The way back: the first picture of a piece is its picture."""
    pieces = apps.get_model("accounts", "Portfolio").objects
    for medium in apps.get_model("accounts", "PortfolioMedia").objects.filter(kind="image").order_by("-position", "-pk"):
        pieces.filter(pk=medium.piece_id).update(
            image=medium.picture.name, width=medium.width, height=medium.height
        )



class Migration(migrations.Migration):

    dependencies = [
        ('accounts', "0004_verification"),
    ]

    operations = [
        migrations.AddField(
            model_name='portfolio',
            name='hidden_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='hidden at'),
        ),
        migrations.AddField(
            model_name='portfolio',
            name='hidden_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='hidden by'),
        ),
        migrations.AddField(
            model_name='portfolio',
            name='hidden_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='skill',
            name='area',
            field=models.CharField(blank=True, choices=[('design', 'Design'), ('development', 'Development'), ('video', 'Video and animation'), ('writing', 'Writing'), ('translation', 'Translation'), ('marketing', 'Marketing'), ('audio', 'Audio'), ('data', 'Data and AI'), ('photo', 'Photography'), ('business', 'Business'), ('education', 'Education'), ('life', 'Life')], max_length=12, verbose_name='area'),
        ),
        migrations.AddField(
            model_name='skill',
            name='name_en',
            field=models.CharField(blank=True, max_length=60, verbose_name='English name'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='away_message',
            field=models.CharField(blank=True, max_length=200, verbose_name='message while away'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='away_until',
            field=models.DateField(blank=True, null=True, verbose_name='away until'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='handle_changed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='address changed at'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='hat',
            field=models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller')], default='buyer', editable=False, max_length=6, verbose_name='hat'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='work_days',
            field=models.JSONField(blank=True, default=list, verbose_name='working days'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='work_from',
            field=models.TimeField(blank=True, null=True, verbose_name='works from'),
        ),
        migrations.AddField(
            model_name='userprofile',
            name='work_until',
            field=models.TimeField(blank=True, null=True, verbose_name='works until'),
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('issuer', models.CharField(max_length=60, verbose_name='issued by')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('picture', models.ImageField(blank=True, height_field='height', upload_to='certificates/%Y/%m', verbose_name='picture', width_field='width')),
                ('width', models.PositiveIntegerField(default=0, editable=False)),
                ('height', models.PositiveIntegerField(default=0, editable=False)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='accounts.userprofile')),
            ],
            options={
                'verbose_name': 'certificate',
                'verbose_name_plural': 'certificates',
                'ordering': ['-year', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HandleRedirect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.SlugField(max_length=40, unique=True, verbose_name='address')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='old_handles', to='accounts.userprofile')),
            ],
            options={
                'verbose_name': 'earlier address',
                'verbose_name_plural': 'earlier addresses',
            },
        ),
        migrations.CreateModel(
            name='PortfolioMedia',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('image', 'Picture'), ('video', 'Video'), ('pdf', 'PDF'), ('link', 'Link')], max_length=5, verbose_name='kind')),
                ('picture', models.ImageField(blank=True, upload_to='portfolio/%Y/%m', verbose_name='picture')),
                ('width', models.PositiveIntegerField(default=0, editable=False)),
                ('height', models.PositiveIntegerField(default=0, editable=False)),
                ('video', models.FileField(blank=True, upload_to='portfolio/%Y/%m', verbose_name='video')),
                ('document', models.FileField(blank=True, storage=marketplace.accounts.models.portfolio.private_storage, upload_to='portfolio/%Y/%m', verbose_name='PDF')),
                ('url', models.URLField(blank=True, max_length=300, verbose_name='link')),
                ('caption', models.CharField(blank=True, max_length=120, verbose_name='caption')),
                ('size', models.PositiveIntegerField(default=0, editable=False, verbose_name='bytes')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('piece', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='media', to='accounts.portfolio', verbose_name='piece')),
            ],
            options={
                'verbose_name': 'medium',
                'verbose_name_plural': 'media',
                'ordering': ['position', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'image'), models.Q(('picture', ''), _negated=True)), models.Q(('kind', 'video'), models.Q(('video', ''), _negated=True)), models.Q(('kind', 'pdf'), models.Q(('document', ''), _negated=True)), models.Q(('kind', 'link'), ('url__startswith', 'https://')), _connector='OR'), name='accounts_portfoliomedia_has_what_it_is')],
            },
        ),
        migrations.CreateModel(
            name='SkillSuggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('status', models.CharField(choices=[('open', 'Open'), ('approved', 'Taken into the list'), ('merged', 'Is in the list under another name'), ('refused', 'Refused')], default='open', max_length=8, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('skill', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.skill', verbose_name='skill')),
                ('suggested_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skill_suggestions', to=settings.AUTH_USER_MODEL, verbose_name='suggested by')),
            ],
            options={
                'verbose_name': 'suggested skill',
                'verbose_name_plural': 'suggested skills',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('suggested_by', 'name'), name='accounts_suggestion_once')],
            },
        ),
        migrations.RunSQL(
            sql="""
            ALTER TABLE accounts_portfolio ALTER COLUMN image SET DEFAULT '',
                ALTER COLUMN width SET DEFAULT 0, ALTER COLUMN height SET DEFAULT 0
            """,
            reverse_sql="""
            ALTER TABLE accounts_portfolio ALTER COLUMN image DROP DEFAULT,
                ALTER COLUMN width DROP DEFAULT, ALTER COLUMN height DROP DEFAULT
            """,
        ),
        migrations.RunPython(load_skills, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(carry_pictures, give_pictures_back, elidable=False),
        migrations.RunSQL(sql=LEVELS, reverse_sql=NO_LEVELS),
        migrations.RunSQL(sql=HATS, reverse_sql=migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name='portfolio', name=name) for name in ('height', 'image', 'width')
            ]
        ),
    ]
