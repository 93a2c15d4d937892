"""The tables of the store. No value of a record stands in them but its key and its worker's number.

An exception's standing (state, evidence, why, team, worker, severity, fingerprint) is that of its last event; it stands in
`Finding` too, so that a run need not look through all events. Words are those of `dq.lifecycle`. What exceptions and events
refer to is not checked by the database row by row, which would take as long as writing them; the tests do.

What people decide stands apart, by the exception's id: deleting a run takes none of it back, and where an exception is found
again, what was agreed about it holds again. Words are those of `dq.dispositions`.
"""

from __future__ import annotations

from django.db import models


class Run(models.Model):
    """A recorded check of one extract.

    `fingerprint` covers inputs, rules and what was found; `extract` the input files alone. `repeats` is the run whose files
    were the same under an earlier date.
    """

    number = models.IntegerField(primary_key=True)
    as_of = models.DateField()
    at = models.DateTimeField()
    who = models.TextField()
    pack = models.TextField()
    version = models.TextField()
    results = models.TextField()
    fingerprint = models.CharField(max_length=64)
    extract = models.CharField(max_length=64)
    repeats = models.IntegerField(null=True)
    exceptions = models.IntegerField()

    class Meta:
        db_table = "dq_run"


class Input(models.Model):
    """A file that a run read for a table."""

    run = models.ForeignKey(Run, models.CASCADE)
    file = models.TextField()
    table = models.TextField(db_column="table_name")
    rows = models.BigIntegerField()
    sha256 = models.TextField()

    class Meta:
        db_table = "dq_input"


class Rule(models.Model):
    """A rule as it stood in a run; `basis` is the fingerprint under which it last ran before, blank if it never did.

    `owner` is the team that gets whatever the rule finds; blank where each record has its own way.
    """

    run = models.ForeignKey(Run, models.CASCADE, db_index=False)
    rule = models.TextField()
    table = models.TextField(db_column="table_name")
    title = models.TextField()
    severity = models.TextField()
    dimension = models.TextField()
    ran = models.BooleanField()
    reason = models.TextField()
    fingerprint = models.TextField()
    basis = models.TextField(default="")
    owner = models.TextField(default="")

    class Meta:
        db_table = "dq_rule"
        constraints = (models.UniqueConstraint(fields=("run", "rule"), name="dq_rule_once_a_run"),)
        indexes = (models.Index(fields=("rule", "run"), name="dq_rule_history"),)


class Unit(models.Model):
    """A team that a run knew, and what stood above it on the day of the extract; blank where that is not known."""

    run = models.ForeignKey(Run, models.CASCADE, db_index=False)
    team = models.TextField()
    service = models.TextField()
    head = models.TextField()
    director = models.TextField()

    class Meta:
        db_table = "dq_unit"
        constraints = (models.UniqueConstraint(fields=("run", "team"), name="dq_unit_once_a_run"),)


class Finding(models.Model):
    """An exception over time. `about` is what it speaks of: a record, a pair of records, or the whole extract."""

    id = models.CharField(max_length=12, primary_key=True)
    rule = models.TextField()
    table = models.TextField(db_column="table_name")
    key = models.TextField()
    about = models.TextField()
    first_run = models.ForeignKey(Run, models.CASCADE, db_constraint=False)
    state = models.TextField()
    evidence = models.TextField()
    why = models.TextField()
    team = models.TextField()
    worker = models.TextField(default="")
    severity = models.TextField()
    fingerprint = models.TextField()

    class Meta:
        db_table = "dq_finding"


class Event(models.Model):
    """Something that happened to an exception: who, when, from what to what. Added, never changed."""

    finding = models.ForeignKey(Finding, models.CASCADE, db_index=False, db_constraint=False)
    run = models.ForeignKey(Run, models.CASCADE, null=True, db_constraint=False)
    at = models.DateTimeField()
    who = models.TextField()
    was = models.TextField()
    became = models.TextField()
    note = models.TextField(default="")
    state = models.TextField()
    evidence = models.TextField()
    why = models.TextField()
    team = models.TextField()
    worker = models.TextField(default="")
    severity = models.TextField()
    fingerprint = models.TextField()

    class Meta:
        db_table = "dq_event"
        indexes = (models.Index(fields=("finding", "id"), name="dq_event_history"),)


class Act(models.Model):
    """Something that somebody did: who, when, what, to how many exceptions. Added, never changed; `dq audit` lists them."""

    at = models.DateTimeField()
    who = models.TextField()
    what = models.TextField()
    subject = models.TextField()
    exceptions = models.IntegerField(default=0)
    note = models.TextField(default="")

    class Meta:
        db_table = "dq_act"


class Decision(models.Model):
    """What an act changed about one exception: `aspect` is `assigned`, `disposition` or `disputed`. The last of each counts."""

    act = models.ForeignKey(Act, models.PROTECT)
    finding = models.CharField(max_length=12)
    aspect = models.TextField()
    was = models.TextField()
    became = models.TextField()

    class Meta:
        db_table = "dq_decision"
        indexes = (models.Index(fields=("finding", "aspect", "id"), name="dq_decision_history"),)


class Waiver(models.Model):
    """An exception, or the exceptions of a rule, that may stay as they are for a while. See `dq.dispositions.Waiver`."""

    act = models.ForeignKey(Act, models.PROTECT, related_name="+")
    finding = models.CharField(max_length=12)
    rule = models.TextField()
    table = models.TextField(db_column="table_name")
    team = models.TextField()
    since = models.DateField()
    until = models.DateField()
    reason = models.TextField()
    approver = models.TextField()
    withdrawn = models.DateField(null=True)
    withdrawn_by = models.ForeignKey(Act, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "dq_waiver"


class Issue(models.Model):
    """A list that was given to a team: its number stands in the workbook, so that an old copy is known when it comes back."""

    act = models.ForeignKey(Act, models.PROTECT)
    run = models.IntegerField()
    team = models.TextField()
    file = models.TextField()
    exceptions = models.IntegerField()

    class Meta:
        db_table = "dq_issue"


class Reply(models.Model):
    """A manager's answer about one exception, as it came back; `issue` is the list it stood in. The last one counts."""

    act = models.ForeignKey(Act, models.PROTECT)
    finding = models.CharField(max_length=12)
    issue = models.ForeignKey(Issue, models.PROTECT, null=True)
    answer = models.TextField()
    fix_by = models.DateField(null=True)
    notes = models.TextField()
    answered_by = models.TextField()
    file = models.TextField()
    sheet = models.TextField()
    row = models.IntegerField()

    class Meta:
        db_table = "dq_reply"
        indexes = (models.Index(fields=("finding", "id"), name="dq_reply_history"),)


class Access(models.Model):
    """Whose figures and records a person may see: a level of the organisation and which of its units; until it is taken away."""

    act = models.ForeignKey(Act, models.PROTECT, related_name="+")
    person = models.TextField()
    level = models.TextField()
    unit = models.TextField()
    ended_by = models.ForeignKey(Act, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "dq_access"


class Figure(models.Model):
    """A number that a run gave about a unit of the organisation on that day: a metric, a cut of readiness, or a measure.

    `part` of `whole` make the `value`; those that are no share have a value alone. A value that could not be measured is null.
    """

    run = models.ForeignKey(Run, models.CASCADE, db_index=False)
    kind = models.TextField()
    name = models.TextField()
    level = models.TextField()
    unit = models.TextField()
    part = models.FloatField(null=True)
    whole = models.FloatField(null=True)
    value = models.FloatField(null=True)

    class Meta:
        db_table = "dq_figure"
        constraints = (models.UniqueConstraint(fields=("run", "kind", "name", "level", "unit"), name="dq_figure_once_a_run"),)
        indexes = (models.Index(fields=("kind", "name", "run"), name="dq_figure_history"),)


class Judgement(models.Model):
    """A gate as a run judged it: what was asked, of which unit, what was measured, and whether it is met.

    A gate has a row at the level `whole`, which decides; one that is judged `per` unit has a row for each of them too.
    """

    run = models.ForeignKey(Run, models.CASCADE)
    criterion = models.TextField()
    title = models.TextField()
    level = models.TextField()
    unit = models.TextField()
    measured = models.FloatField(null=True)
    needed = models.FloatField()
    met = models.BooleanField()
    severity = models.TextField()
    owner = models.TextField()
    reason = models.TextField()
    measure = models.TextField(default="")
    comparison = models.TextField(default="")
    per = models.TextField(default="")
    runs = models.IntegerField(default=1)
    needed_by = models.DateField(null=True)
    needed_by_name = models.TextField(default="")

    class Meta:
        db_table = "dq_judgement"


class Action(models.Model):
    """What is done about a measure that missed its target: why it did, what, by whom, until when; shown until it is done."""

    act = models.ForeignKey(Act, models.PROTECT, related_name="+")
    run = models.IntegerField()
    measure = models.TextField()
    level = models.TextField()
    unit = models.TextField()
    narrative = models.TextField()
    action = models.TextField()
    owner = models.TextField()
    due = models.DateField()
    done_by = models.ForeignKey(Act, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "dq_action"


class Message(models.Model):
    """A digest of one run for one reader by one way, and whether it was sent: see `dq.store.messages`.

    A run is told from any other by its number and the moment in which it was recorded, since a number is given again after a run
    was taken back. `since` is the run that the digest compares with. `error` is in our own words.
    """

    reader = models.TextField()
    way = models.TextField()
    target = models.TextField()
    cadence = models.TextField()
    run = models.IntegerField()
    as_of = models.DateField()
    recorded = models.DateTimeField()
    fingerprint = models.CharField(max_length=64)
    since = models.IntegerField(null=True)
    state = models.TextField()
    attempts = models.IntegerField()
    at = models.DateTimeField()
    error = models.TextField(default="")

    class Meta:
        db_table = "dq_message"
        constraints = (
            models.UniqueConstraint(fields=("reader", "way", "target", "cadence", "run", "recorded"), name="dq_message_once_a_run"),
        )
