"""Figures by day, and what moving services from elsewhere remembers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gigs', '0006_review_reasons'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FigureBatch',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'batch of figures',
                'verbose_name_plural': 'batches of figures',
            },
        ),
        migrations.CreateModel(
            name='GigDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('impressions', models.PositiveIntegerField(verbose_name='impressions')),
                ('clicks', models.PositiveIntegerField(verbose_name='clicks')),
                ('gig', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='gigs.gig')),
            ],
            options={
                'verbose_name': 'day of a service',
                'verbose_name_plural': 'days of services',
                'constraints': [models.UniqueConstraint(fields=('gig', 'day'), name='gigs_day_once')],
            },
        ),
        migrations.CreateModel(
            name='GigImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=120, verbose_name='file')),
                ('records', models.JSONField()),
                ('created_at', models.DateTimeField(verbose_name='read at')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied at')),
                ('outcome', models.JSONField(blank=True, default=dict)),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gig_imports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import of services',
                'verbose_name_plural': 'imports of services',
                'indexes': [models.Index(fields=['created_at'], name='gigs_import_old')],
            },
        ),
        migrations.CreateModel(
            name='GigReference',
            fields=[
                ('gig', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='reference', serialize=False, to='gigs.gig')),
                ('reference', models.CharField(max_length=60, verbose_name='own number')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gig_references', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': "seller's own number",
                'verbose_name_plural': "sellers' own numbers",
                'constraints': [models.UniqueConstraint(fields=('seller', 'reference'), name='gigs_reference_once')],
            },
        ),
    ]
