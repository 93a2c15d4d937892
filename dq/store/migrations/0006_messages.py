"""Digests: what was sent to whom for which run, what could not be, and what nobody knows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0005_judgements"),)

    operations = (
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reader", models.TextField()),
                ("way", models.TextField()),
                ("target", models.TextField()),
                ("cadence", models.TextField()),
                ("run", models.IntegerField()),
                ("as_of", models.DateField()),
                ("recorded", models.DateTimeField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("since", models.IntegerField(null=True)),
                ("state", models.TextField()),
                ("attempts", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("error", models.TextField(default="")),
            ],
            options={
                "db_table": "dq_message",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("reader", "way", "target", "cadence", "run", "recorded"), name="dq_message_once_a_run"
                    )
                ],
            },
        ),
    )
