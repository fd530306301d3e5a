"""Resources over HTTP: what plans of the workspace place, and by which rules."""

from typing import Any

from errors import DataError, ServiceError
from models.allocation.resources import load_resources
from models.replay.manifest import read_details
from serving.answers import Finding
from serving.desk import Desk


def resources(desk: Desk) -> Finding:
    """Find the resources of the workspace.

    Raises:
        ServiceError: Their file cannot be used.
    """
    workspace = desk.workspace
    # Before they are read: of a file that is edited meanwhile the hash is then not that of what was told.
    read = read_details(workspace.resources_file, workspace.strands_file)
    try:
        held = load_resources(workspace.resources_file, workspace.taxonomy())
    except DataError as error:
        # Not the client's doing, and not the client's business where our files lie.
        raise ServiceError(f"the workspace's resources cannot be used: {error.problem}", fix=error.fix) from error
    told: dict[str, Any] = held.document()
    document = {
        "objective": told["objective"],
        "harm": told["harm"],
        "area_types": told["area_types"],
        "rules": told["rules"],
        "resources": [
            {**item, "total_hours_a_week": resource.weekly_hours}
            for item, resource in zip(told["resource"], held.resources, strict=True)
        ],
    }
    return Finding.of(document, "resources", details={"rows": len(held.resources), **read})
