"""Numbers of each run by unit of the organisation, judgements of gates, and actions on measures that missed their target."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("store", "0003_organisation"),)

    operations = (
        migrations.CreateModel(
            name="Action",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run", models.IntegerField()),
                ("measure", models.TextField()),
                ("level", models.TextField()),
                ("unit", models.TextField()),
                ("narrative", models.TextField()),
                ("action", models.TextField()),
                ("owner", models.TextField()),
                ("due", models.DateField()),
                ("act", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.act")),
                (
                    "done_by",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.act"),
                ),
            ],
            options={
                "db_table": "dq_action",
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("criterion", models.TextField()),
                ("title", models.TextField()),
                ("level", models.TextField()),
                ("unit", models.TextField()),
                ("measured", models.FloatField(null=True)),
                ("needed", models.FloatField()),
                ("met", models.BooleanField()),
                ("severity", models.TextField()),
                ("owner", models.TextField()),
                ("reason", models.TextField()),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.run")),
            ],
            options={
                "db_table": "dq_judgement",
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("level", models.TextField()),
                ("unit", models.TextField()),
                ("part", models.FloatField(null=True)),
                ("whole", models.FloatField(null=True)),
                ("value", models.FloatField(null=True)),
                ("run", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.run")),
            ],
            options={
                "db_table": "dq_figure",
                "indexes": [models.Index(fields=["kind", "name", "run"], name="dq_figure_history")],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "kind", "name", "level", "unit"), name="dq_figure_once_a_run")
                ],
            },
        ),
    )
