from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0001_initial'),
        ('tenancy', '0002_tables_2'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('finished_at', None), _negated=True), fields=['finished_at'], name='job_ended'),
        ),
    ]
