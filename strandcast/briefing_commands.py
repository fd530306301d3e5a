"""`strandcast plans briefing`: a printed page for each district."""

from __future__ import annotations

from pathlib import Path

import click

from strandcast.command import Context, command_options


@click.command("briefing")
@click.argument("plan_id", metavar="ID")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Pages: .html (all in one file), .zip or a folder (a file for each district).",
)
@click.option("--district", metavar="NAME", help="This district alone; left out, all, after a page of them together.")
@command_options
def briefing(context: Context, plan_id: str, out: Path, district: str | None) -> None:
    """Write a plan's briefings, one page of A4 for each district; what leaves is recorded."""
    from ledger.events import Draft
    from models.allocation.decisions.history import history
    from models.allocation.decisions.record import KIND, load_plan
    from models.allocation.papers.briefing.write import check_briefings, chosen, write_briefings
    from strandcast.deployment import Deployment

    check_briefings(out)
    with Deployment.open(context) as deployment:
        ledger = deployment.ledger
        status = history(ledger).status(plan_id)
        document = load_plan(ledger, deployment.files, plan_id).as_document()
        chosen(document, district)
        details = {"act": "briefing", "status": status.state, "file": out.name, "district": district}
        digest = ledger.artefact(KIND, plan_id).sha256
        draft = Draft("disclosure", f"{KIND}/{plan_id}", deployment.actor, object_hash=digest, details=details)
        audit_id = ledger.append(draft).audit_id
        written = write_briefings({**document, "standing": status.as_document()}, out, district=district)
    files = "1 file" if len(written) == 1 else f"{len(written)} files"
    lines = [f"Wrote {out} ({files}). Recorded as {audit_id}.", status.sentence()]
    result = {**status.as_document(), "files": [str(path) for path in written], "audit_id": audit_id}
    context.output.result(result, lines=lines)
