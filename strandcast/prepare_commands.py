"""`strandcast prepare`: the file that the service answers from, for a run that was recorded without one."""

from __future__ import annotations

import click

from strandcast.command import Context, command_options


@click.command()
@click.argument("run", required=False)
@command_options
def prepare(context: Context, run: str | None) -> None:
    """Prepare a recorded RUN, its map and trends, for reading by the service; left out: the run that is served.

    Runs are prepared when they are recorded; this is for those of the time before.
    """
    from errors import ServiceError
    from models.maps.kept import keep_map
    from models.served.record import prepare as make
    from models.trends.kept import keep_trends
    from serving.forecasts.choice import served_run
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        chosen = served_run(deployment.ledger) if run is None else deployment.ledger.artefact("forecast", run)
        if chosen is None:
            fix = "run strandcast train, promote and forecast first"
            raise ServiceError("there is no forecast of a champion to serve", place=str(context.root), fix=fix)
        context.output.say(f"Preparing run {chosen.name}.")
        audit_id, new = make(deployment.books(), chosen.name)
        keep_map(deployment.books(), deployment.workspace, chosen.name)
        keep_trends(deployment.books(), chosen.name)
    told = f"Prepared, recorded as {audit_id}." if new else f"It was prepared already, recorded as {audit_id}."
    context.output.result({"run_id": chosen.name, "audit_id": audit_id, "new": new}, lines=[told])
