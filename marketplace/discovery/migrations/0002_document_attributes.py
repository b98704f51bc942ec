import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('discovery', '0001_initial'),
        ('gigs', '0002_services'),
    ]

    operations = [
        migrations.AddField(
            model_name='gigdocument',
            name='attributes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=61), db_default=[], default=list, size=None),
        ),
    ]
