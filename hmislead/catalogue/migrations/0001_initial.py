from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Standard',
            fields=[
                ('id', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('section', models.CharField(max_length=60)),
                ('subsection', models.CharField(blank=True, max_length=120)),
                ('level', models.CharField(max_length=12)),
                ('responsible', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=30)),
                ('cadence', models.CharField(max_length=20)),
                ('label', models.CharField(max_length=300)),
                ('line', models.PositiveSmallIntegerField()),
                ('evidence', models.TextField(blank=True)),
                ('auto', models.CharField(max_length=10)),
            ],
            options={
                'ordering': ('position',),
            },
        ),
    ]
