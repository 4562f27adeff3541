import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.fields


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_tables_2'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmailChange',
            fields=[
                ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                ('old_email', models.EmailField(max_length=254, verbose_name='address before')),
                ('new_email', models.EmailField(max_length=254, verbose_name='new address')),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='email_changes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed_at', None)), fields=('user',), name='email_change_one_open')],
            },
        ),
    ]
