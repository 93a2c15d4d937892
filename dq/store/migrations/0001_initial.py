"""Runs, inputs, rules, exceptions over time, events."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Run",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("as_of", models.DateField()),
                ("at", models.DateTimeField()),
                ("who", models.TextField()),
                ("pack", models.TextField()),
                ("version", models.TextField()),
                ("results", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("extract", models.CharField(max_length=64)),
                ("repeats", models.IntegerField(null=True)),
                ("exceptions", models.IntegerField()),
            ],
            options={
                "db_table": "dq_run",
            },
        ),
        migrations.CreateModel(
            name="Input",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.TextField()),
                ("table", models.TextField(db_column="table_name")),
                ("rows", models.BigIntegerField()),
                ("sha256", models.TextField()),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.run")),
            ],
            options={
                "db_table": "dq_input",
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("rule", models.TextField()),
                ("table", models.TextField(db_column="table_name")),
                ("key", models.TextField()),
                ("about", models.TextField()),
                ("state", models.TextField()),
                ("evidence", models.TextField()),
                ("why", models.TextField()),
                ("team", models.TextField()),
                ("severity", models.TextField()),
                ("fingerprint", models.TextField()),
                ("first_run", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to="store.run")),
            ],
            options={
                "db_table": "dq_finding",
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.TextField()),
                ("table", models.TextField(db_column="table_name")),
                ("title", models.TextField()),
                ("severity", models.TextField()),
                ("dimension", models.TextField()),
                ("ran", models.BooleanField()),
                ("reason", models.TextField()),
                ("fingerprint", models.TextField()),
                ("basis", models.TextField(default="")),
                ("run", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.run")),
            ],
            options={
                "db_table": "dq_rule",
                "indexes": [models.Index(fields=["rule", "run"], name="dq_rule_history")],
                "constraints": [models.UniqueConstraint(fields=("run", "rule"), name="dq_rule_once_a_run")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("who", models.TextField()),
                ("was", models.TextField()),
                ("became", models.TextField()),
                ("note", models.TextField(default="")),
                ("state", models.TextField()),
                ("evidence", models.TextField()),
                ("why", models.TextField()),
                ("team", models.TextField()),
                ("severity", models.TextField()),
                ("fingerprint", models.TextField()),
                (
                    "finding",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to="store.finding"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, to="store.run"),
                ),
            ],
            options={
                "db_table": "dq_event",
                "indexes": [models.Index(fields=["finding", "id"], name="dq_event_history")],
            },
        ),
    )
