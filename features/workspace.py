"""The workspace: one folder that holds everything a deployment owns."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from errors import DataError
from features.areas.areas import Areas
from features.areas.changes import CodeChanges, read_changes
from features.areas.files import load_areas
from features.configuration import load_toml
from features.harm import Harm, load_harm
from features.harm.writing import with_set
from features.secrets import secret
from features.settings import Settings
from features.strands import Taxonomy, load_taxonomy

SETTINGS = "strandcast.toml"
STRANDS = "strands.toml"
RESOURCES = "resources.toml"
FEEDS = "feeds"
HARM = "harm.toml"
GATE = "gate.toml"
MONITOR = "monitor.toml"
DISCLOSURE = "disclosure.toml"
DATABASE_VARIABLE = "STRANDCAST_DATABASE_URL"


@dataclass(frozen=True)
class Workspace:
    """A folder and its settings.

    Attributes:
        root: The folder, absolute.
        settings: What `strandcast.toml` holds.
        database_url: Where plans and the ledger are kept.
    """

    root: Path
    settings: Settings
    database_url: str = field(repr=False)

    @classmethod
    def open(cls, root: Path, environment: Mapping[str, str] = os.environ) -> "Workspace":
        """Open a workspace that exists.

        Raises:
            DataError: The folder is no workspace, or its settings cannot be used.
        """
        root = root.resolve()
        if not (root / SETTINGS).is_file():
            fix = f"run strandcast init --workspace {root}"
            raise DataError("is not a workspace", place=str(root), fix=fix)
        settings = load_toml(root / SETTINGS, Settings)
        return cls(root, settings, _database_url(root, environment))

    @classmethod
    def create(
        cls, root: Path, settings: Settings, files: Mapping[str, bytes], environment: Mapping[str, str] = os.environ
    ) -> "Workspace":
        """Make a workspace.

        The settings are written last and whole: a folder without them is no workspace, so a killed `create` can be run
        again.

        Args:
            root: The folder; made if absent.
            settings: Its settings.
            files: Name to content of the other files that it begins with.
            environment: Where the database's address may be set.

        Raises:
            DataError: There is a workspace already, or the folder cannot be written.
        """
        root = root.resolve()
        if (root / SETTINGS).exists():
            raise DataError("is a workspace already", place=str(root), fix="use it, or name another --workspace")
        try:
            root.mkdir(parents=True, exist_ok=True)
            (root / FEEDS).mkdir(exist_ok=True)
            for name, content in files.items():
                write_whole(root / name, content)
            write_whole(root / SETTINGS, settings.to_toml().encode())
        except OSError as error:
            raise DataError(
                f"cannot be written ({error.strerror})", place=str(root), fix="name a folder of yours"
            ) from error
        return cls(root, settings, _database_url(root, environment))

    @property
    def settings_file(self) -> Path:
        """Settings, TOML."""
        return self.root / SETTINGS

    @property
    def strands_file(self) -> Path:
        """Taxonomy of strands, TOML."""
        return self.root / STRANDS

    @property
    def resources_file(self) -> Path:
        """Resources, harm weights and limits of plans, TOML."""
        return self.root / RESOURCES

    @property
    def harm_file(self) -> Path:
        """Sets of harm weights, TOML; a workspace without it has equal weights alone."""
        return self.root / HARM

    @property
    def gate_file(self) -> Path:
        """What a model must hold to become champion, TOML; a workspace without it has the shipped thresholds."""
        return self.root / GATE

    @property
    def monitor_file(self) -> Path:
        """Thresholds of monitoring, TOML; a workspace without it has the shipped ones."""
        return self.root / MONITOR

    @property
    def disclosure_file(self) -> Path:
        """What may leave the force, TOML; a workspace without it has the shipped rules."""
        return self.root / DISCLOSURE

    @property
    def areas_file(self) -> Path | None:
        """File of areas; None: the areas are the codes met in the data."""
        return self.root / self.settings.areas if self.settings.areas else None

    @property
    def area_changes_file(self) -> Path | None:
        """Lookup of changed codes of areas; None where none is given."""
        return self.root / self.settings.area_changes if self.settings.area_changes else None

    @property
    def school_terms_file(self) -> Path | None:
        """File of school terms; None where none is given."""
        return self.root / self.settings.school_terms if self.settings.school_terms else None

    @property
    def checkpoint_folder(self) -> Path | None:
        """Drop folder of signed checkpoints; None where none are written."""
        return self.root / self.settings.ledger.checkpoint_folder if self.settings.ledger.checkpoint_folder else None

    @property
    def incidents_folder(self) -> Path:
        """Folder of the incidents' batches."""
        return self.root / "incidents"

    @property
    def backtests_folder(self) -> Path:
        """Folder of the finished parts of backtests."""
        return self.root / "backtests"

    @property
    def mlartifacts(self) -> Path:
        """Folder of the files that training runs log."""
        return self.root / "mlartifacts"

    def taxonomy(self) -> Taxonomy:
        """Return the strands of this workspace."""
        return load_taxonomy(self.strands_file)

    def add_harm(self, addition: str) -> None:
        """Add a set of harm weights to those there are, whole or not at all.

        Args:
            addition: The set as text of `harm.toml`.

        Raises:
            DataError: The set cannot stand beside the others.
        """
        text = self.harm_file.read_text("utf-8-sig") if self.harm_file.exists() else ""
        write_whole(self.harm_file, with_set(text, addition).encode())

    def harm(self) -> Harm:
        """Return the sets of harm weights of this workspace."""
        return load_harm(self.harm_file, self.taxonomy())

    def areas(self) -> Areas | None:
        """Return the closed list of areas, or None where the areas are the codes met in the data."""
        return load_areas(self.areas_file) if self.areas_file else None

    def area_changes(self) -> CodeChanges | None:
        """Return what codes of another edition of the areas became, or None where no lookup is given."""
        return read_changes(self.area_changes_file) if self.area_changes_file else None


def given_database_url(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the database's address that the environment, or a file that it names, gives; None: SQLite, in a workspace.

    Raises:
        DataError: Both are given, or the file cannot be used.
    """
    return secret(DATABASE_VARIABLE, environment)


def _database_url(root: Path, environment: Mapping[str, str]) -> str:
    return given_database_url(environment) or f"sqlite:///{root / 'strandcast.db'}"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; its folder must be there."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
