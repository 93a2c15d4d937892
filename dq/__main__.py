"""``python -m dq`` does all that ``dq`` does."""

from dq.cli import main

main()
