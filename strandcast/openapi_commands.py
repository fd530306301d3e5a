"""`strandcast openapi`: the description of the service, from which clients are made."""

import json
from pathlib import Path

import click

from errors import ServiceError
from strandcast.command import Context, command_options


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write, OpenAPI 3.1 as JSON."
)
@command_options
def openapi(context: Context, out: Path) -> None:
    """Write the complete description of the service to a file, as GET /docs.json gives it; no workspace is needed.

    A typed client in Python is made from it: `make client OUT=FOLDER`.
    """
    from serving.service import present_description

    document = present_description()
    try:
        out.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        fix = "name a file in a folder that exists"
        raise ServiceError(f"cannot be written ({error.strerror})", place=str(out), fix=fix) from error
    routes = sum(len(item) for item in document["paths"].values())
    context.output.result({"file": str(out), "routes": routes}, lines=[f"Wrote {out}: {routes} routes."])
