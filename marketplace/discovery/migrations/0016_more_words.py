"""More words for the thesaurus, and what people say of personalised search."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from marketplace.discovery.language.thesaurus import first_entries


def add_more_words(apps, schema_editor):
    """What is not there yet: a new database has all of it since 0006. What staff made of the first words is left alone."""
    entry = apps.get_model("discovery", "ThesaurusEntry")
    there = set(entry.objects.values_list("kind", "words"))
    entry.objects.bulk_create(
        entry(kind=new.kind, words=" ".join(new.words), narrower=" ".join(new.narrower), near=" ".join(new.near))
        for new in first_entries(later_only=True)
        if (str(new.kind), " ".join(new.words)) not in there
    )


class Migration(migrations.Migration):
    atomic = False  # one statement each; adding the words again adds none
    dependencies = [
        ("discovery", "0010_recommendations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(add_more_words, migrations.RunPython.noop),
        migrations.CreateModel(
            name="SearchPreference",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_preference",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "personalised_search",
                    models.BooleanField(db_default=True, default=True, verbose_name="own categories move results"),
                ),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
            ],
            options={
                "verbose_name": "preference about the search",
                "verbose_name_plural": "preferences about the search",
            },
        ),
    ]
