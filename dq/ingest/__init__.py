"""Ingest: the files of an extract become typed DuckDB tables, and everything that is wrong with them is a finding.

`find` finds each contract table's files, or the XML return that holds them all, `load` reads them. `locate` looks for files of
their own only; `unrecognised` names the files that no table takes, `files` opens archives.
"""

from dq.ingest.load import load
from dq.ingest.locate import files, locate, unrecognised
from dq.ingest.model import FileRef, TableInput
from dq.ingest.returns import Found, find

__all__ = ["FileRef", "Found", "TableInput", "files", "find", "load", "locate", "unrecognised"]
