"""The ways by which a message leaves: each takes a `Letter` and says what became of it, in our own words.

letter.py    the message, as text and as HTML, and what can become of it
smtp.py      a mail server
folder.py    files from which another system sends
channel.py   a channel of Teams and others, through Apprise
"""

from __future__ import annotations
