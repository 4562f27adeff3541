from django.db import migrations, models

from hmislead.tenancy.migration_operations import AllAtOnce


class Migration(migrations.Migration):

    dependencies = [
        ('training', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.AddField(
                model_name='completion',
                name='note',
                field=models.CharField(blank=True, help_text='Why it was corrected.', max_length=300),
            ),
            migrations.AddField(
                model_name='completionevent',
                name='note',
                field=models.CharField(blank=True, help_text='Why it was corrected.', max_length=300),
            ),
        ]),
    ]
