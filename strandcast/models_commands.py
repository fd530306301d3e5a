"""`strandcast models`: every model that was trained, its card, and making it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.champions import Act
    from strandcast.deployment import Deployment

_NOT_THE_SAME = 1


@click.group()
def models() -> None:
    """Every model that was trained: what the gate said, who was champion when, its card, and making it again."""


@models.command("list")
@command_options
def list_models(context: Context) -> None:
    """List the models, newest first, and the history of the champion."""
    from models.champions import champions
    from models.registry import CHALLENGER, CHAMPION, KIND
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        ledger = deployment.ledger
        history = champions(ledger)
        aliases = {alias: ledger.alias(KIND, alias) for alias in (CHAMPION, CHALLENGER)}
        kept: list[dict[str, Any]] = [
            {
                "version": row.name,
                "origin": row.meta["origin"],
                "trained": ledger.event_of(KIND, row.name).time,
                "aliases": [alias for alias, version in aliases.items() if version == row.name],
                "gate": _verdict(history.of(row.name)),
            }
            for row in ledger.artefacts(KIND, newest_first=True)
        ]
    rows = [[m["version"], str(m["trained"])[:10], ", ".join(m["aliases"]), m["gate"]] for m in kept]
    tables = [
        plain_table("Models", ["version", "trained", "is", "gate"], rows, whole=["version"]),
        *([_acts_table(history.acts)] if history.acts else []),
    ]
    document = {"models": kept, "history": [_act(act) for act in history.acts]}
    context.output.result(document, *tables, lines=[] if kept else ["No model has been trained yet."])


@models.command("show")
@click.argument("name", metavar="VERSION")
@click.option(
    "--picture", type=click.Path(path_type=Path), help="Write the picture of the gate's newest decision, .png."
)
@command_options
def show(context: Context, name: str, picture: Path | None) -> None:
    """Show what a model was made of and what the gate decided on it; VERSION may be champion or challenger."""
    from models.champions import champions
    from models.registry import read_manifest, resolve
    from strandcast.deployment import Deployment
    from strandcast.promote_commands import checks_table

    with Deployment.open(context) as deployment:
        version = resolve(deployment.ledger, name)
        manifest = read_manifest(deployment.ledger, deployment.files, version)
        acts = champions(deployment.ledger).of(version)
        decisions = _decisions(deployment, acts)
        if picture:
            _write_picture(deployment, acts, picture)
    facts = {"method": manifest["method"], **manifest["facts"]}
    tables = [plain_table(version, ["what", "value"], [[key, str(value)] for key, value in sorted(facts.items())])]
    tables += [_acts_table(acts)] if acts else []
    tables += [checks_table(one["checks"], f"gate/{evidence}: {one['verdict']}") for evidence, one in decisions.items()]
    document = {
        "version": version,
        "facts": manifest["facts"],
        "recipe": manifest.get("recipe"),
        "measures": manifest.get("measures", []),
        "acts": [_act(act) for act in acts],
        "gate": decisions,
    }
    context.output.result(document, *tables, lines=[f"Wrote {picture}."] if picture else [])


@models.command("card")
@click.argument("name", metavar="VERSION")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Markdown file to write.")
@command_options
def card(context: Context, name: str, out: Path) -> None:
    """Write a model's card: what it is for and not for, data, measures, calibration, fallback, gate, limits."""
    from features.workspace import write_whole
    from models.card import card as write_card
    from models.champions import champions
    from models.registry import read_bundle, read_manifest, resolve
    from strandcast.deployment import Deployment

    _check_folder(out)
    with Deployment.open(context) as deployment:
        version = resolve(deployment.ledger, name)
        # A card speaks for a model that can be used: none is written of one whose files are not what was recorded.
        read_bundle(deployment.ledger, deployment.files, version)
        manifest = read_manifest(deployment.ledger, deployment.files, version)
        acts = champions(deployment.ledger).of(version)
        decisions = list(_decisions(deployment, acts).values())
        settings = deployment.workspace.settings
    text = write_card(
        version,
        manifest,
        acts,
        decisions[-1] if decisions else None,
        synthetic=settings.synthetic,
        attribution=settings.attribution,
    )
    write_whole(out, text.encode())
    context.output.result({"version": version, "out": str(out)}, lines=[f"Wrote {out}."])


@models.command("retrain")
@click.argument("name", metavar="VERSION")
@command_options
def retrain(context: Context, name: str) -> None:
    """Make a model again from its manifest, and tell whether it is the same to the bit; nothing is changed."""
    from dataclasses import asdict

    from strandcast.deployment import Deployment
    from training.retrain import retrain as run_again

    with Deployment.open(context) as deployment:
        done = run_again(deployment.ledger, deployment.files, name, tell=context.output.say)
    every = [*done.surroundings, *done.differences]
    rows = [[item.part, item.kept, item.found] for item in every]
    table = [plain_table("What differs", ["part", "manifest", "now"], rows, whole=["part"])] if rows else []
    context.output.result({**asdict(done), "finding": done.sentence()}, *table, lines=[done.sentence()])
    if done.differences:
        click.get_current_context().exit(_NOT_THE_SAME)


def _decisions(deployment: Deployment, acts: Sequence[Act]) -> dict[str, dict[str, Any]]:
    from training.gate.evidence import read

    return {act.evidence: read(deployment.ledger, deployment.files, act.evidence) for act in acts if act.evidence}


def _write_picture(deployment: Deployment, acts: Sequence[Act], path: Path) -> None:
    from errors import ModelError
    from features.workspace import write_whole
    from training.gate.evidence import PICTURE

    _check_folder(path)
    kept = [act.evidence for act in acts if act.evidence]
    if not kept:
        raise ModelError("the gate has not looked at this model", place="--picture", fix="run strandcast promote first")
    write_whole(path, deployment.files.read(deployment.ledger.artefact(PICTURE, kept[-1]).stored))


def _check_folder(path: Path) -> None:
    from errors import DataError

    if not path.resolve().parent.is_dir():
        raise DataError("is in a folder that is not there", place=str(path), fix="make the folder first")


def _verdict(acts: Sequence[Act]) -> str:
    """Return what the gate said last, and whether it was overruled."""
    said = [act for act in acts if act.evidence]
    if not said:
        return ""
    return f"{said[-1].gate}, promoted despite it" if said[-1].despite else said[-1].gate


def _act(act: Act) -> dict[str, str]:
    from dataclasses import asdict

    return asdict(act)


def _acts_table(acts: Sequence[Act]) -> Any:
    columns = ["day", "version", "act", "by", "why"]
    rows = [[act.time[:10], act.version, _said(act), act.actor, _why(act)] for act in acts]
    return plain_table("Champions, and who was refused", columns, rows, whole=["day", "version"])


def _said(act: Act) -> str:
    gate = f", gate {act.gate}" if act.gate else ""
    return f"{act.act}{gate}" + (", stayed as it was" if act.outcome == "refused" else "")


def _why(act: Act) -> str:
    return f"{act.reason}; despite the gate: {act.despite}" if act.despite else act.reason
