"""Checks by other hands: pandera schemas in a project's Python files, and suites of Great Expectations.

    model.py            what a set of such checks is, and how its rules are made
    read.py             `read(...)`: from the entries of dq.yaml to sets of checks, every fault at once
    python_file.py      run a Python file that the project trusts, and find its schemas
    pandera_schema.py   a pandera schema as rules, and its failing rows
    suite.py            a suite's JSON as rules: known expectations only, nothing that runs code
    suite_run.py        run a suite; the failing rows, all of them
    row_condition.py    a suite's row conditions, without pandas' own expressions

Each check becomes a rule with an id of its own (`pandera.person.nhs_number.str_length`,
`gx.person.expect_column_values_to_be_in_set.sex`); its failing rows become findings in the engine.
"""

from dq.outside.model import CheckSet, Verdicts, compiled
from dq.outside.read import of_project, read

__all__ = ["CheckSet", "Verdicts", "compiled", "of_project", "read"]
