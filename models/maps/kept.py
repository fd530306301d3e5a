"""The map of a run in the ledger: made once, when the run is prepared for reading, and read by whoever draws it."""

from features.areas.files import read_area_file
from features.workspace import Workspace
from ledger.artefacts import Artefact
from ledger.events import Draft
from models.books import Books
from models.kinds import FORECAST, MAP
from models.maps.drawn import map_file
from models.maps.outlines import map_of
from models.runs import load_panel

FOLDER, SUFFIX = "maps", ".json"
_MADE = {"act": "map"}


def keep_map(books: Books, workspace: Workspace, run_id: str) -> None:
    """Make and record the map of a run's areas, unless it is recorded already or the run kept no panel.

    Polygons are those of the workspace's file of areas, for the areas that are still in it.

    Raises:
        NoSuchRecordError: There is no such run.
        DataError: The workspace's file of areas cannot be used.
        LedgerError: It could not be written or recorded.
    """
    if map_file(books.ledger, run_id) is not None or "panel" not in books.ledger.artefact(FORECAST, run_id).meta:
        return
    areas = load_panel(books.ledger, books.files, run_id).areas
    known = {}
    if workspace.areas_file is not None:
        file = read_area_file(workspace.areas_file)
        known = dict(zip(file.areas.codes, file.polygons, strict=False))
    drawn = map_of(areas, [known.get(code) for code in areas.codes])
    artefact = Artefact.of(MAP, run_id, books.files.put(drawn.to_bytes(), FOLDER, SUFFIX), {"areas": len(areas)})
    draft = Draft("combination", f"{FORECAST}/{run_id}", books.actor, object_hash=artefact.sha256, details=_MADE)
    books.ledger.append(draft, artefacts=[artefact])
