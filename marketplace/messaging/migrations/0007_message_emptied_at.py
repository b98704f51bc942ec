"""When words and files of a message were removed because their time was over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_figures_of_days")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="emptied_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
