"""A message goes once for one run; what could not be sent is said and tried again; what nobody knows is left to people."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from given import START, line
from mailed import BOARD, NORTH, NOW, Make, by_smtp, check, outcomes, readers, status, unit_known, weekly
from servers import MailServer, WebServer

from dq import digest
from dq.mailer import smtp
from dq.mailer.letter import Letter, Outcome
from dq.store import database, messages
from dq.store.messages import Address
from dq.store.models import Run


def test_each_address_gets_one_message_for_one_run(make: Make, mail_server: MailServer) -> None:
    project = make(readers(NORTH, BOARD, way=by_smtp(mail_server)))
    check(project, line(1), line(2, "South"))
    assert outcomes(project) == ["sent"] * 3
    assert outcomes(project) == ["sent before"] * 3
    assert [to for to, _ in mail_server.messages] == [
        "n.manager@testshire.example",
        "board@testshire.example",
        "clerk@testshire.example",
    ]
    check(project, line(1))
    assert outcomes(project, "--reader", "North") == ["sent"]
    assert outcomes(project) == ["sent before", "sent", "sent"]
    assert len(mail_server.messages) == 6
    assert mail_server.connections == 3  # one for each call that had something to send


def test_a_message_is_plain_text_and_html_and_fetches_nothing(light: Make, mail_server: MailServer) -> None:
    project = light(readers(NORTH, way=by_smtp(mail_server)))
    check(project, line(1))
    weekly(project)
    [(_, message)] = mail_server.messages
    assert message["From"] == "dq <dq@testshire.example>" and message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Testshire, extract of 28 September 2026: 1 open"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None and html is not None
    assert "1 exception is open" in text.get_content() and "1 exception is open" in html.get_content()
    assert not any(word in html.get_content() for word in ("<img", "http:", "https:", "<script", "<link", "url("))


def test_what_fails_is_said_and_tried_again(make: Make, mail_server: MailServer) -> None:
    project = make(readers(NORTH, BOARD, way=by_smtp(mail_server)))
    check(project, line(1))
    mail_server.refused = {"board@testshire.example": 450, "clerk@testshire.example": 550}
    result = project.dq("digest", "weekly", code=1)
    assert "Board (smtp board@testshire.example): failed: The mail server does not take the address (450) for now." in result.output
    assert "Board (smtp clerk@testshire.example): failed: The mail server does not take the address (550)." in result.output
    assert "tried again by the next dq digest weekly" in result.output
    states = [(each["to"], each["state"], each["attempts"]) for each in status(project, code=1)]
    assert states == [
        ("board@testshire.example", "failed", 1),
        ("clerk@testshire.example", "failed", 1),
        ("n.manager@testshire.example", "sent", 1),
    ]
    mail_server.refused = {"clerk@testshire.example": 550}
    assert outcomes(project, code=1) == ["sent before", "sent", "failed"]
    mail_server.refused = {}
    assert [(each["outcome"], each["attempts"]) for each in weekly(project)] == [
        ("sent before", 0),
        ("sent before", 0),
        ("sent", 3),
    ]
    assert status(project) and [to for to, _ in mail_server.messages] == [
        "n.manager@testshire.example", "board@testshire.example", "clerk@testshire.example",
    ]  # fmt: skip


def test_a_newer_run_tells_what_an_older_message_could_not(make: Make, mail_server: MailServer) -> None:
    project = make(readers(NORTH, way=by_smtp(mail_server)))
    check(project, line(1))
    assert outcomes(project) == ["sent"]
    mail_server.refuse = "message"
    check(project, line(1), line(2))
    assert outcomes(project, code=1) == ["failed"]
    mail_server.refuse = ""
    check(project, line(1), line(2), line(3))
    [told] = weekly(project)
    assert (told["outcome"], told["compared_with_run"]) == ("sent", 1)
    assert "2 new" in told["subject"]
    assert [each["run"] for each in status(project)] == [3]


def test_a_server_that_is_not_there_is_asked_once(light: Make, mail_server: MailServer) -> None:
    mail_server.shutdown()
    mail_server.server_close()
    project = light(readers(NORTH, BOARD, way=by_smtp(mail_server)))
    check(project, line(1))
    [first, *others] = weekly(project, code=1)
    assert first["error"] == f"The mail server 127.0.0.1:{mail_server.port} cannot be reached."
    assert {each["outcome"] for each in (first, *others)} == {"failed"}


def test_a_server_that_hangs_up_with_the_message_leaves_it_unsure(make: Make, mail_server: MailServer) -> None:
    project = make(readers(NORTH, way=by_smtp(mail_server)))
    check(project, line(1))
    mail_server.refuse = "answer"
    assert outcomes(project, code=1) == ["unsure"]
    mail_server.refuse = ""
    assert outcomes(project, code=1) == ["unsure"]
    assert len(mail_server.messages) == 1
    assert outcomes(project, "--unsure", "again") == ["sent"]
    first, second = (message["Message-ID"] for _, message in mail_server.messages)
    assert first == second  # so that a server or a mail program can see that it is the same
    assert outcomes(project) == ["sent before"]


def test_a_process_that_is_killed_between_sending_and_noting_sends_no_second_time(
    make: Make, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(readers(NORTH, way=by_smtp(mail_server)))
    check(project, line(1))

    class Killed(BaseException):
        pass

    def dies(*arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(messages, "finish", dies)
        with pytest.raises(Killed):
            digest.send(project.folder, "tester", NOW, "weekly")
    assert len(mail_server.messages) == 1
    soon, later = NOW + dt.timedelta(minutes=1), NOW + messages.STALE
    assert [each.outcome for each in digest.send(project.folder, "tester", soon, "weekly").messages] == ["busy"]
    after = digest.send(project.folder, "tester", later, "weekly")
    assert [each.outcome for each in after.messages] == ["unsure"] and not after.done
    assert len(mail_server.messages) == 1
    with database.opened(project.folder, project.store) as connection:
        assert messages.settle(connection, later, ("South",)) == 0
        assert messages.settle(connection, later, ("North",)) == 1
    assert [each.outcome for each in digest.send(project.folder, "tester", later, "weekly").messages] == ["sent before"]


KILLED = """
import datetime as dt, os, sys
from pathlib import Path
from dq import digest
from dq.store import messages
messages.finish = lambda *arguments: os._exit(9)
digest.send(Path(sys.argv[1]), "tester", dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC), "weekly")
"""


def test_a_process_that_is_gone_at_once_leaves_its_claim(make: Make, mail_server: MailServer) -> None:
    project = make(readers(NORTH, BOARD, way=by_smtp(mail_server)))
    check(project, line(1))
    ended = subprocess.run([sys.executable, "-c", KILLED, str(project.folder)], check=False, capture_output=True, timeout=300)
    assert ended.returncode == 9, ended.stderr
    assert [to for to, _ in mail_server.messages] == ["n.manager@testshire.example"]
    later = digest.send(project.folder, "tester", NOW + messages.STALE, "weekly")
    assert [each.outcome for each in later.messages] == ["unsure", "sent", "sent"]
    assert [to for to, _ in mail_server.messages].count("n.manager@testshire.example") == 1


def test_of_two_processes_one_gets_the_message(make: Make) -> None:
    """The second asks while the first is sending."""
    project = make(readers(NORTH))
    check(project, line(1))
    address = Address("North", "folder", "n.manager@testshire.example", "weekly")
    with database.opened(project.folder, project.store) as first, database.opened(project.folder, project.store) as second:
        run = Run.objects.using(first.alias).get()
        mine = messages.claim(first, address, run, None, NOW)
        other = messages.claim(second, address, run, None, NOW)
        assert (mine.state, other.state) == ("claimed", "busy")
        assert messages.finish(first, mine, "sent", NOW)
        assert not messages.finish(second, mine, "failed", NOW)
        assert messages.claim(second, address, run, None, NOW).state == "sent"
    assert outcomes(project) == ["sent before"]


def test_a_run_that_was_taken_back_is_told_of(make: Make) -> None:
    project = make(readers(NORTH))
    check(project, line(1))
    weekly(project)
    check(project, line(1), line(2))
    weekly(project)
    project.dq("runs", "--delete-latest")
    assert outcomes(project) == ["sent before"]  # nothing new to tell: the run before was told of
    project.check([line(1), line(3), line(4)], week=3)
    unit_known(project)
    [told] = weekly(project)
    assert told["compared_with_run"] == 1
    taken = (
        "The check of the extract of 5 October 2026, of which an earlier digest told, was taken back: what it said does not hold."
    )
    assert taken in told["text"] and "2 new" in told["subject"]
    project.check([line(1)], week=4)
    unit_known(project)
    [told] = weekly(project)
    assert "taken back" not in told["text"]


def test_the_same_run_recorded_again_is_not_told_again(make: Make) -> None:
    project = make(readers(NORTH))
    check(project, line(1))
    weekly(project)
    project.dq("runs", "--delete-latest")
    with database.opened(project.folder, project.store) as connection:
        assert not Run.objects.using(connection.alias).exists()
    (project.folder / "reports" / f"{START}-1" / "exceptions.parquet").unlink()
    (project.folder / "reports" / f"{START}-1").rmdir()
    project.check([line(1)], week=1)
    unit_known(project)
    assert outcomes(project) == ["sent before"]


def test_a_run_in_which_nothing_changed_is_said_in_a_line(make: Make) -> None:
    project = make(readers(NORTH))
    check(project, line(1))
    check(project, line(1))
    [told] = weekly(project)
    assert told["subject"] == "Testshire, extract of 5 October 2026: nothing changed, 1 open"
    assert "Nothing has changed since the extract of 28 September 2026. 1 exception is open" in told["text"]


def test_a_trial_sends_and_notes_nothing(make: Make) -> None:
    project = make(readers(NORTH))
    check(project, line(1))
    result = project.dq("digest", "weekly", "--dry-run")
    assert "Subject: Testshire" in result.output and "Nothing was sent: this was a trial." in result.output
    assert not (project.folder / "outbox").exists() and project.count("dq_message") == 0
    assert outcomes(project) == ["sent"]


def test_a_folder_gets_whole_files_for_another_system(light: Make) -> None:
    project = light(readers("{name: Data, level: data team, cadence: weekly}"))
    check(project, line(1))
    weekly(project)
    names = sorted(path.suffix for path in (project.folder / "outbox").iterdir())
    assert names == [".eml", ".html", ".txt"]
    [mail] = (project.folder / "outbox").glob("*.eml")
    assert b"To:" not in mail.read_bytes() and b"Subject: Testshire" in mail.read_bytes()
    check(project, line(2))
    (project.folder / "outbox").rename(project.folder / "was")
    (project.folder / "outbox").write_text("in the way", encoding="utf-8")
    [told] = weekly(project, code=1)
    assert (told["outcome"], told["error"]) == ("failed", "The folder for messages cannot be written to.")
    (project.folder / "outbox").unlink()
    assert outcomes(project) == ["sent"]


def test_a_channel_gets_the_main_figures_and_its_address_stays_secret(
    make: Make, web_server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(readers("{name: Data, level: data team, cadence: weekly}", way="apprise: DQ_TEAMS"))
    monkeypatch.setenv("DQ_TEAMS", web_server.url)
    check(project, line(1, severity="blocker"))
    web_server.code = 500
    failed = project.dq("digest", "weekly", code=1)
    assert "failed: The channel does not take the message, or cannot be reached." in failed.output
    web_server.code = 200
    sent = project.dq("digest", "weekly")
    assert "canary-of-the-address" not in failed.output + sent.output and "apprise DQ_TEAMS" in sent.output
    post = web_server.posts[-1]
    assert post["title"] == "Testshire, extract of 28 September 2026"
    assert "1 exception is open, 1 of them blockers" in post["message"] and "image" not in json.dumps(post)
    web_server.code = 0
    check(project, line(2))
    assert outcomes(project, code=1) == ["unsure"]
    assert outcomes(project, code=1) == ["unsure"]
    assert len(web_server.posts) == 3


def test_the_password_travels_encrypted_and_a_strange_certificate_is_refused(
    light: Make, mail_server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = mail_server.encrypted(tmp_path)
    project = light(readers(NORTH, way=by_smtp(mail_server, "user: dq")))
    check(project, line(1))
    monkeypatch.delenv("DQ_MAIL_PASSWORD", raising=False)
    assert "The environment variable DQ_MAIL_PASSWORD is not set." in project.dq("digest", "weekly", code=2).output
    assert project.count("dq_message") == 0
    monkeypatch.setenv("DQ_MAIL_PASSWORD", "three words together")
    assert "a certificate that this machine does not trust" in project.dq("digest", "weekly", code=1).output
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(certificate))
    mail_server.refuse = "login"
    refused = project.dq("digest", "weekly", code=1)
    assert "does not take user and password" in refused.output and "three words" not in refused.output
    mail_server.refuse = ""
    assert outcomes(project) == ["sent"]
    assert mail_server.logins[-1].startswith("AUTH PLAIN ")


def test_a_server_without_encryption_is_not_used_unless_the_project_says_so(light: Make, mail_server: MailServer) -> None:
    project = light(readers(NORTH, way=by_smtp(mail_server, "starttls: true")))
    check(project, line(1))
    assert "offers no encryption" in project.dq("digest", "weekly", code=1).output
    assert not mail_server.messages


def test_every_way_says_nothing_that_a_server_says(light: Make, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server's own words may quote a message."""
    project = light(readers(NORTH, way=by_smtp(mail_server)))
    check(project, line(1))
    mail_server.refuse = "message"
    assert "content" not in project.dq("digest", "weekly", code=1).output
    seen: list[Letter] = []

    def kept(self: object, letter: Letter) -> Outcome:
        seen.append(letter)
        return Outcome("sent")

    monkeypatch.setattr(smtp._Session, "send", kept)
    weekly(project)
    assert seen[0].to == "n.manager@testshire.example"
