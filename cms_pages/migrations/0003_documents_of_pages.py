"""The pages that the demo and the first set-up made of these documents show their versions from now on.

Their drafts too: the editor opens the newest revision, and what is published is what it holds.
"""

from django.db import migrations

# A home page stands below the root, and such a page right below it.
_DEPTH = 3


def name_documents(apps, schema_editor):
    pages = apps.get_model("cms_pages", "StandardPage").objects
    revisions = apps.get_model("wagtailcore", "Revision").objects
    content_type = apps.get_model("contenttypes", "ContentType").objects.filter(
        app_label="cms_pages", model="standardpage"
    )
    for document in ("rules", "terms", "privacy"):
        found = pages.filter(slug=document, depth=_DEPTH, rules_document="")
        keys = [str(key) for key in found.values_list("pk", flat=True)]
        found.update(rules_document=document)
        for revision in revisions.filter(content_type__in=content_type, object_id__in=keys):
            revision.content["rules_document"] = document
            revision.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [("cms_pages", "0002_marketing"), ("wagtailcore", "0098_apitoken"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(name_documents, migrations.RunPython.noop)]
