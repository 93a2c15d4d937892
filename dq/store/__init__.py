"""What is kept from run to run: runs, rules as they stood, exceptions over time, and every event of theirs.

    database.py    opens a project's store: SQLite in `.dq/`, or PostgreSQL; brings its tables up to date
    models.py      the tables; migrations/ how they came to be
    record.py      `record` adds a run, `delete_latest` takes the last one back; one transaction each
    moves.py       the SQL of both: what `dq.lifecycle` says, for all exceptions at once
    bulk.py        many rows into a table, the fastest way
    read.py        runs, differences between two runs, the history of one exception
    backup.py      the whole store into a file and back; archive.py that file, columns.py its types
    verify.py      is the store whole?

Django is used for its models, migrations and connections only; importing this package configures it.
"""

from __future__ import annotations

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        INSTALLED_APPS=["dq.store"], DATABASES={}, USE_TZ=True, TIME_ZONE="UTC", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField"
    )
    django.setup()
