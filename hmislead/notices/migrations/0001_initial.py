import django.db.models.deletion
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import hmislead.tenancy.context
import hmislead.tenancy.fields
from hmislead.tenancy.migration_operations import AllAtOnce, SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('directory', '0001_initial'),
        ('directory', '0002_tables_2'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        AllAtOnce([
            migrations.CreateModel(
                name='BulkSend',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('number', models.PositiveIntegerField()),
                    ('title', models.CharField(help_text='Subject and first line of every mail.', max_length=150)),
                    ('text', models.TextField(blank=True, max_length=2000)),
                    ('audience', models.JSONField(default=dict, help_text='Ids of organizations, codes of requirements.')),
                    ('state', models.CharField(choices=[('drafted', 'Draft'), ('previewed', 'Ready for review'), ('sent', 'Sent'), ('cancelled', 'Cancelled')], default='drafted', max_length=10)),
                    ('count', models.PositiveIntegerField(default=0, verbose_name='messages')),
                    ('left_out', models.JSONField(default=list, help_text='Organizations without a message, and why.')),
                    ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'verbose_name': 'reminder to agencies',
                    'verbose_name_plural': 'reminders to agencies',
                    'ordering': ('-number',),
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'number'), name='bulk_number_once')],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('type', models.CharField(max_length=40)),
                    ('sentence', models.CharField(help_text='Without personal data.', max_length=300)),
                    ('path', models.CharField(help_text='The page it is about, an address of this site.', max_length=300)),
                    ('due_on', models.DateField(blank=True, null=True)),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.organization')),
                    ('license', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='directory.license')),
                    ('key', models.CharField(blank=True, help_text='Tells the same thing once.', max_length=160)),
                    ('read_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ('-created_at', '-pk'),
                    'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['implementation', 'user'], name='notice_unread'), models.Index(fields=['implementation', 'user', '-created_at'], name='notice_by_user'), models.Index(condition=models.Q(('key', ''), _negated=True), fields=['implementation', 'key'], name='notice_by_key')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('implementation', 'user', 'key'), name='notice_once')],
                },
            ),
            migrations.CreateModel(
                name='Outbox',
                fields=[
                    ('message_id', models.UUIDField(primary_key=True, serialize=False)),
                    ('implementation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.implementation')),
                    ('not_before', models.DateTimeField(db_index=True)),
                ],
                options={
                    'verbose_name_plural': 'outbox',
                },
            ),
            migrations.CreateModel(
                name='Preference',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('type', models.CharField(max_length=40)),
                    ('how', models.CharField(choices=[('at_once', 'At once'), ('daily', 'In one mail a day'), ('weekly', 'In one mail a week'), ('off', 'No e-mail, only on this site')], max_length=8)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'user', 'type'), name='preference_one_per_type')],
                },
            ),
            migrations.CreateModel(
                name='Reminder',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('requirement', models.CharField(max_length=60)),
                    ('subject_id', models.UUIDField()),
                    ('due_on', models.DateField()),
                    ('point', models.SmallIntegerField(help_text='Days before the date; 0 on the day, negative after it.')),
                    ('told_on', models.DateField()),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('implementation', 'subject_id', 'requirement', 'due_on', 'point'), name='reminder_once')],
                },
            ),
            migrations.CreateModel(
                name='BulkSendEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='notices.bulksend')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('number', models.PositiveIntegerField()),
                    ('title', models.CharField(help_text='Subject and first line of every mail.', max_length=150)),
                    ('text', models.TextField(blank=True, max_length=2000)),
                    ('audience', models.JSONField(default=dict, help_text='Ids of organizations, codes of requirements.')),
                    ('state', models.CharField(choices=[('drafted', 'Draft'), ('previewed', 'Ready for review'), ('sent', 'Sent'), ('cancelled', 'Cancelled')], default='drafted', max_length=10)),
                    ('count', models.PositiveIntegerField(default=0, verbose_name='messages')),
                    ('left_out', models.JSONField(default=list, help_text='Organizations without a message, and why.')),
                    ('drafted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('sent_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('type', models.CharField(max_length=40)),
                    ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='directory.person')),
                    ('organization', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='directory.organization')),
                    ('bulk', hmislead.tenancy.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='notices.bulksend')),
                    ('address', models.EmailField(max_length=254, verbose_name='e-mail address')),
                    ('subject', models.CharField(max_length=200)),
                    ('text', models.TextField()),
                    ('html', models.TextField()),
                    ('items', models.JSONField(default=list, help_text='What it tells: sentence, path, due_on, key.')),
                    ('state', models.CharField(choices=[('draft', 'Draft'), ('queued', 'Queued'), ('held', 'Held'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('bounced', 'Bounced'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                    ('not_before', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(blank=True, null=True)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('trouble', models.CharField(blank=True, choices=[('', '–'), ('unreachable', 'The mail server could not be reached'), ('refused', 'The mail server refused the message'), ('address', 'The address was refused'), ('closed', 'The implementation mails nothing in its present state'), ('no_access', 'The person no longer belongs here'), ('moot', 'No longer needed'), ('by_hand', 'Cancelled by a person')], max_length=12)),
                    ('provider_id', models.CharField(blank=True, max_length=200)),
                    ('digest_key', models.CharField(blank=True, help_text='What this recipient is told joins the waiting mail of this key.', max_length=100)),
                    ('key', models.CharField(blank=True, help_text='Tells the same thing once.', max_length=160)),
                ],
                options={
                    'ordering': ('-created_at', '-pk'),
                    'indexes': [models.Index(fields=['implementation', '-created_at'], name='message_log'), models.Index(fields=['implementation', 'state'], name='message_by_state')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('digest_key', ''), _negated=True), ('state__in', ['queued', 'held'])), fields=('implementation', 'digest_key'), name='message_one_digest'), models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('implementation', 'address', 'key'), name='message_once')],
                },
            ),
            migrations.CreateModel(
                name='PreferenceEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='notices.preference')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('pgh_context_id', models.UUIDField(null=True)),
                    ('id', models.UUIDField(default=hmislead.tenancy.fields.uuid7, editable=False, serialize=False)),
                    ('implementation', hmislead.tenancy.fields.TenantField(db_constraint=False, default=hmislead.tenancy.context.current_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='tenancy.implementation')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('type', models.CharField(max_length=40)),
                    ('how', models.CharField(choices=[('at_once', 'At once'), ('daily', 'In one mail a day'), ('weekly', 'In one mail a week'), ('off', 'No e-mail, only on this site')], max_length=8)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        SecureTenantTables(),
    ]
