"""The examples for schedulers: they can be parsed, and the command in them is one that exists."""

import configparser
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from strandcast.app import cli
from tests.support.repository import REPOSITORY, USER_GUIDE
from tests.support.shared_data import need_program

SCHEDULE = REPOSITORY / "examples" / "schedule"
SERVICE, TIMER = SCHEDULE / "strandcast-weekly.service", SCHEDULE / "strandcast-weekly.timer"
CRON, ENVIRONMENT = SCHEDULE / "strandcast.cron", SCHEDULE / "strandcast.env"


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    parser.read(path, encoding="utf-8")
    return parser


def check_command(words: list[str]) -> None:
    """Refuse a command line that strandcast would."""
    assert Path(words[0]).name == "strandcast"
    command = cli.commands[words[1]]
    command.make_context(words[1], words[2:])


def cron_lines() -> list[str]:
    lines = CRON.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#") and not re.match(r"[A-Z]+(_[A-Z]+)*=", line)]


def test_the_service_runs_a_command_that_exists() -> None:
    service = unit(SERVICE)["Service"]
    check_command(shlex.split(service["ExecStart"]))
    assert service["Type"] == "oneshot"
    assert service["User"] == "strandcast"


def test_the_timer_is_weekly_and_makes_up_for_a_run_that_was_missed() -> None:
    timer = unit(TIMER)
    assert timer["Timer"]["OnCalendar"].startswith("Mon ")
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_cron_runs_a_command_that_exists_every_monday() -> None:
    (line,) = cron_lines()
    minute, hour, day, month, weekday, account, text = line.split(maxsplit=6)
    assert (day, month, weekday, account) == ("*", "*", "1", "strandcast")
    assert 0 <= int(minute) < 60
    assert 0 <= int(hour) < 24
    check_command(shlex.split(text.split(">>")[0]))


def test_the_environment_names_variables_that_exist() -> None:
    names = re.findall(r"^#? ?(STRANDCAST_[A-Z_]+)=", ENVIRONMENT.read_text("utf-8"), re.MULTILINE)
    assert names
    assert [name for name in names if f"| `{name}` |" not in USER_GUIDE.read_text("utf-8")] == []


def test_a_command_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        check_command(["/opt/strandcast", "weakly"])
    with pytest.raises(click.UsageError):
        check_command(["strandcast", "weekly", "--fortnightly"])


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = need_program("systemd-analyze")
    installed = Path(sys.executable).with_name("strandcast")
    for path in (SERVICE, TIMER):
        text = path.read_text("utf-8").replace("/opt/strandcast/.venv/bin/strandcast", str(installed))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    for path in (SERVICE, TIMER):
        found = subprocess.run(
            [analyze, "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True, check=False
        )
        assert found.returncode == 0, found.stderr
        assert path.name not in found.stderr
    told = subprocess.run(
        [analyze, "calendar", unit(TIMER)["Timer"]["OnCalendar"]], capture_output=True, text=True, check=True
    )
    assert "Mon" in told.stdout
