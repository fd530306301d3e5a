"""Drafts of contracts: a file to fill in, with the columns of a sample already listed."""

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from errors import DataError
from features.feeds.catalogue import contract_names, is_own, shipped_text
from features.feeds.contract import NAME
from features.feeds.csv_text import find_header, to_utf8
from features.feeds.personal import is_personal
from features.feeds.sources import Content, source_files
from features.feeds.tables import CSV, PARQUET, unzipped
from features.feeds.values import header_key
from features.workspace import FEEDS, write_whole

# Headers that exports give the canonical columns, in the order in which they are tried.
_USUAL = {
    key: tuple(names.split())
    for key, names in {
        "occurred_from": "occurred_from occurred occurrence_date date_occurred date_of_occurrence occurred_on "
        "committed_from incident_date date",
        "area_code": "area_code lsoa_code lsoa beat_code beat ward_code ward district neighbourhood neighborhood area",
        "offence": "offence offence_type crime_type offense category type",
        "incident_id": "incident_id crime_ref crime_number case_number reference reference_no "
        "reference_number ref incident_ref incident_no incident_number crime_no id",
        "recorded_at": "recorded_at recorded date_recorded date_of_recording recorded_on reported_on "
        "date_reported reported",
        "count": "count incidents number n",
        "revision": "revision version",
    }.items()
}
_TEXT = re.compile(r"(^|_)(notes?|comments?|narrative|description|details|remarks|free_text)(_|$)")
_HEAD = """\
# Contract of the feed {name}. Every key and column type is explained in the user guide, under Contracts.

name = "{name}"
version = 1
title = "{name}"
partner = "TO FILL IN: who shares it"
owner = "TO FILL IN: the role that answers for it, no person's name"
purpose = "TO FILL IN: what it is used for"
lawful_basis = "TO FILL IN: why it may be used for that"
use = "demand"                    # demand, indicator, workload, activity, equality or context
period = "day"                    # day, week or month: what the dates tell
delivery = "append"               # or "replaces-periods": each file replaces the days it spans
revision_rule = "none"            # or "column", "newest-delivery": what counts of one incident_id
publication_delay_days = 0
# file_period = "%Y-%m"           # where a file's name says which month it was made for
# date_format = "%d/%m/%Y"        # where the files leave open which of day and month comes first
personal_columns = "refuse"       # files with columns about persons; or "leave-out"

[retention]
days = 0                          # TO FILL IN: days that rows are kept; 0 is without limit

[arrival]
every = "month"
late_days = 0

[volume]                          # usual rows in each period of arrival
least = 0
most = 1000000

[columns]                         # name = header in the files, or ["one spelling", "another"]
"""
_TAIL = """
# [strands]                       # value of offence = strand; left out, each value is a strand of its own
# "BURGLARY DWELLING" = "Burglary"
# "*" = "*"

[provenance]
default = "unknown"               # public-, victim- or partner-reported, officer-initiated, unknown

[disclosure]
minimum_count = 0
"""


def write_draft(root: Path, name: str, sample: Path | None, like: str | None) -> Path:
    """Write a contract to fill in into a workspace, and return where.

    Args:
        root: The workspace's folder.
        name: The feed.
        sample: A file of the feed, or a folder of them, whose columns are listed; None: the canonical ones.
        like: A shipped feed whose contract is copied; None: an empty one.

    Raises:
        DataError: The name is no name or is taken, there is no such feed to copy, or the sample cannot be read.
    """
    if not NAME.fullmatch(name):
        fix = "use small letters, digits, hyphens, dots and underscores"
        raise DataError("is no name of a feed", place=name, fix=fix)
    path = root / FEEDS / f"{name}.toml"
    if is_own(root, name):
        raise DataError("there is a contract of this feed already", place=str(path), fix="edit it, or choose a name")
    if like is not None:
        text = _copied(root, name, like)
    else:
        text = _HEAD.format(name=name) + _columns(_headers(sample) if sample else []) + _TAIL
    path.parent.mkdir(exist_ok=True)
    write_whole(path, text.encode())
    return path


def _copied(root: Path, name: str, like: str) -> str:
    if like not in contract_names(root):
        near = difflib.get_close_matches(like, contract_names(root), n=1)
        fix = f"write '{near[0]}'" if near else f"use one of {', '.join(contract_names(root))}"
        raise DataError("there is no contract of this feed", place=f"--like {like}", fix=fix)
    text = (root / FEEDS / f"{like}.toml").read_text("utf-8") if is_own(root, like) else shipped_text(like)
    return re.sub(r'^name = ".*"', f'name = "{name}"', text, count=1, flags=re.MULTILINE)


def _headers(sample: Path) -> list[str]:
    """Return the columns of a file, or of all files of a folder or zip, each once, in the order they are met."""
    with source_files(sample) as files:
        known = [file for file in files if file.base.lower().endswith((*CSV, *PARQUET))]
        if not known:
            raise DataError("holds no CSV or Parquet file", place=str(sample), fix="give a file of the feed")
        return list(dict.fromkeys(name for file in known for name in _header(Content.of(file)) if name))


def _header(content: Content) -> tuple[str, ...]:
    if content.name.lower().endswith(PARQUET):
        try:
            return tuple(pq.read_schema(pa.BufferReader(content.data)).names)
        except pa.ArrowInvalid:
            raise DataError("is not a Parquet file", place=content.name, fix="give a CSV or Parquet file") from None
    data = unzipped(content) if content.name.lower().endswith(".gz") else content.data
    header = find_header(to_utf8(data, content.name), [name for names in _USUAL.values() for name in names])
    if header is None:
        raise DataError("is not a CSV: it has no header", place=content.name, fix="give a CSV or Parquet file")
    return header.names


def _columns(headers: Sequence[str]) -> str:
    """Return the lines of [columns]: what can be recognised, and the rest as comments; of persons nothing."""
    lines, used = [], set()
    for canonical, usual in _USUAL.items():
        found = [header for name in usual for header in headers if header_key(header) == name and header not in used]
        used.update(found)
        if found:
            spellings = ", ".join(_quoted(header) for header in found)
            lines.append(f"{canonical} = [{spellings}]" if len(found) > 1 else f"{canonical} = {spellings}")
            if canonical == "revision":
                lines.append('# a column of revisions needs revision_rule = "column" above')
        elif canonical in ("occurred_from", "area_code", "offence"):
            lines.append(f'{"# " if headers else ""}{canonical} = "{canonical}"')
    left = [header for header in headers if header not in used and not is_personal(header)]
    lines.extend(f"# {header}: free text, which is never kept" for header in left if _TEXT.search(header_key(header)))
    for own, spelled in _by_name(header for header in left if not _TEXT.search(header_key(header))).items():
        spellings = ", ".join(_quoted(header) for header in spelled)
        column = f"[{spellings}]" if len(spelled) > 1 else spellings
        lines.append(f'# {own} = {{ column = {column}, type = "code" }}')
    return "\n".join(lines) + "\n"


def _by_name(headers: Iterable[str]) -> dict[str, list[str]]:
    """Return the name that a column of the feed's own may have -> its spellings."""
    found: dict[str, list[str]] = {}
    for header in headers:
        found.setdefault(re.sub(r"^[^a-z]+", "", header_key(header))[:40] or "column", []).append(header)
    return found


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
