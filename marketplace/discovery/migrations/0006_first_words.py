"""The thesaurus to begin with. Its rows are the staff's from then on."""

from django.db import migrations

from marketplace.discovery.language.thesaurus import first_entries


def add_first_words(apps, schema_editor):
    """Only where there is none: what staff made of it since is left alone."""
    entry = apps.get_model("discovery", "ThesaurusEntry")
    if not entry.objects.exists():
        entry.objects.bulk_create(
            entry(
                kind=first.kind,
                words=" ".join(first.words),
                narrower=" ".join(first.narrower),
                near=" ".join(first.near),
            )
            for first in first_entries()
        )


class Migration(migrations.Migration):
    atomic = False  # one statement, and nothing to undo
    dependencies = [("discovery", "0005_search_changes")]
    operations = [migrations.RunPython(add_first_words, migrations.RunPython.noop)]
