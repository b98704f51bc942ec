"""The pages that the demo and the first set-up made of these documents show their versions from now on."""

from django.db import migrations


def name_documents(apps, schema_editor):
    pages = apps.get_model("cms_pages", "StandardPage").objects
    for document in ("rules", "terms", "privacy"):
        pages.filter(slug=document, rules_document="").update(rules_document=document)


class Migration(migrations.Migration):
    dependencies = [("cms_pages", "0002_c6")]
    operations = [migrations.RunPython(name_documents, migrations.RunPython.noop)]
