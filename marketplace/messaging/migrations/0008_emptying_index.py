"""The index by which the job of each hour finds what it is to empty, made beside the running portal."""

from django.db import migrations, models

from marketplace.core.indexes import AddIndexAnew


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0007_message_emptied_at")]

    operations = [
        AddIndexAnew(
            model_name="message",
            index=models.Index(
                condition=models.Q(("emptied_at", None), models.Q(("kind", "system"), _negated=True)),
                fields=["created_at"],
                name="messaging_not_emptied",
            ),
        ),
    ]
