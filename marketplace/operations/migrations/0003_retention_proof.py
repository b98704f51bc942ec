from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("operations", "0002_status_page"),
    ]

    operations = [
        migrations.AlterField(
            model_name="operationevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("backup", "Backup"),
                    ("restore", "Restore test"),
                    ("release", "Release"),
                    ("kept", "Check of what is kept too long"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
    ]
