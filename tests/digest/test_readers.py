"""The section `mail:`: what is wrong with it is said all at once; readers of dq.yaml and of `dq access`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from given import Project, line
from mailed import NORTH, Make, check, outcomes, readers, weekly

from dq import config
from dq.cli import entry
from dq.errors import ProjectError


def access(project: Project, *arguments: object) -> None:
    """A command of the group, which takes the project after its own name."""
    given = ["access", str(arguments[0]), "--project", str(project.folder), *map(str, arguments[1:])]
    result = CliRunner().invoke(entry, given)
    assert result.exit_code == 0, result.output


def problems(folder: Path, mail: str) -> list[str]:
    (folder / "dq.yaml").write_text(f"project: P\npack: casework\nmail:\n{mail}", encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        config.load(folder)
    return [str(each).removeprefix(str(folder / "dq.yaml")) for each in caught.value.problems]


def test_every_fault_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    said = problems(
        tmp_path,
        """  smtp:
    host: mail.testshire.example
    from: not an address
    password: Canaryfictionson
  folder: outbox
  readers:
    - {name: A, level: taem, unit: North, cadence: weekly, to: a@b.example}
    - {name: B, level: team, cadence: weakly, to: a@b.example}
    - {name: C, level: whole, unit: North, cadence: weekly, too: a@b.example, apprise: "https://hooks.example/secret"}
    - {name: c, level: whole, cadence: weekly}
""",
    )
    text = "\n".join(said)
    for words in (
        ":7: mail: mail: holds no password. Put it into the environment variable DQ_MAIL_PASSWORD",
        ":6: from: an address looks like",
        ":8: mail: Messages leave by smtp: or by folder:, not by both.",
        ":10: level: one of whole, director, head, service, team, data team. Did you mean 'team'?",
        ":11: cadence: one of daily, weekly, monthly. Did you mean 'weekly'?",
        ":11: reader B: Which team?",
        ":12: reader C: whole has no units.",
        ":12: 'too' is not known here. Did you mean 'to'?",
        ":12: apprise: the address of a channel is a secret",
        ":13: reader c: Two readers have this name.",
    ):
        assert words in text, (words, text)
    assert "Canaryfictionson" not in text and "hooks.example" not in text


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        ("  readers:\n    - {name: A, level: whole, cadence: daily, to: a@b.example}\n", "There is no way to an address."),
        ("  readers:\n    - {name: A, level: whole, cadence: daily}\n", "The digest has nowhere to go."),
        ("  folder: outbox\n", "Nobody gets a digest."),
        ("  access: weekly\n", "There is no way to an address."),
        ("  folder: outbox\n  readers:\n    - {name: A, unit: North, cadence: daily}\n", "A unit has a level."),
        ("  readers: [{name: A, cadence: daily, to: a@b.example}]\n"
         "  smtp: {host: h, from: a@b.example, user: u, starttls: false}\n", "The password would travel readable."),
        ("  readers: [{name: A, cadence: daily, to: a@b.example}]\n  smtp: {host: 'u:p@h', from: a@b.example}\n",
         "without user and password"),
        ("  - readers\n", "mail:"),
    ],
)  # fmt: skip
def test_each_fault_of_the_whole_is_said(tmp_path: Path, mail: str, words: str) -> None:
    assert words in "\n".join(problems(tmp_path, mail))


def test_without_the_section_the_command_says_so(light: Make) -> None:
    project = light("")
    check(project, line(1))
    assert "Nobody gets a digest." in project.dq("digest", "weekly", code=2).output
    assert "Say daily, weekly or monthly" in project.dq("digest", code=2).output


def test_a_unit_that_no_run_knew_and_a_reader_who_is_none_are_refused_before_anything_is_sent(light: Make) -> None:
    project = light(readers(NORTH, "{name: Typo, level: team, unit: Nort, cadence: weekly}"))
    check(project, line(1))
    assert (
        "reader Typo: No recorded run knows the team 'Nort'. Did you mean 'North'?" in project.dq("digest", "weekly", code=2).output
    )
    assert not (project.folder / "outbox").exists()
    yaml = project.folder / "dq.yaml"
    lines = [each for each in yaml.read_text(encoding="utf-8").splitlines(keepends=True) if "Typo" not in each]
    yaml.write_text("".join(lines), encoding="utf-8")
    refused = project.dq("digest", "weekly", "--reader", "Norht", code=2)
    assert "No reader of weekly digests has this name. Did you mean 'North'?" in refused.output
    assert "Nobody gets a daily digest." in project.dq("digest", "daily").output


def test_access_says_what_a_reader_without_a_level_sees(make: Make) -> None:
    project = make(readers("{name: M, cadence: weekly, to: m@testshire.example}", way="access: weekly\n  folder: outbox"))
    check(project, line(1), line(2, "South"), line(3, "South"))
    [told] = weekly(project, code=1)
    assert (told["outcome"], told["error"]) == ("no access", "dq access gives nothing to this name or address.")
    access(project, "grant", "--level", "team", "--unit", "North", "m@testshire.example")
    access(project, "grant", "--level", "team", "--unit", "South", "m@testshire.example")
    access(project, "grant", "--level", "whole", "chief@testshire.example")
    access(project, "grant", "--level", "whole", "Somebody without an address")
    mine, chief = weekly(project)
    assert (mine["reader"], chief["reader"]) == ("M", "chief@testshire.example")
    assert mine["subject"].endswith(": 2 units") and "\nNorth\n" in mine["text"] and "\nSouth\n" in mine["text"]
    assert "Fewer than 5 exceptions are open" in chief["text"] or "fewer than 5 exceptions are open" in chief["text"]
    assert "\nSouth\n" not in chief["text"]
    given = json.loads(project.dq("access", "--json").stdout)
    number = next(each["number"] for each in given if each["unit"] == "South")
    access(project, "revoke", number)
    check(project, line(1))
    mine, _ = weekly(project)
    assert "\nSouth\n" not in mine["text"]


def test_heads_and_directors_are_not_named(make: Make) -> None:
    project = make(
        readers(
            "{name: H, level: head, unit: Hope Head, cadence: weekly}",
            "{name: D, level: director, unit: Dana Director, cadence: weekly}",
        )
    )
    check(project, line(1), line(2, "South"))
    assert outcomes(project) == ["sent", "sent"]
    for path in (project.folder / "outbox").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "Teams North, South" in text and "2 exceptions are open" in text
        assert not any(word in text for word in ("Hope", "Dana", "W7", "V1", "person"))
