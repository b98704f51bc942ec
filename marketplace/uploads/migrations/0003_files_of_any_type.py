"""Deliveries bring files of any type."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('uploads', '0002_tombstones'),
    ]

    operations = [
        migrations.AlterField(
            model_name='upload',
            name='kind',
            field=models.CharField(blank=True, choices=[('image', 'Picture'), ('video', 'Video'), ('pdf', 'PDF'), ('file', 'File')], max_length=5, verbose_name='kind'),
        ),
    ]
