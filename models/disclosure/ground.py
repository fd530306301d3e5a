"""Ground: what a published set is made from."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from features.counting import countable, flat_areas
from features.incidents.incidents import Incidents
from features.knowledge import Knowledge
from features.panel import Panel
from features.workspace import STRANDS
from models.disclosure.blocks import covered
from models.disclosure.measure import Measure
from models.disclosure.places import Bools, Places
from models.disclosure.published import Published
from models.disclosure.recorded import Counts, Terms, partners_beside
from models.disclosure.rules import Rules
from models.disclosure.showing import Table
from models.levels import FORCE


@dataclass(frozen=True, eq=False)
class Ground:
    """What a set is made from.

    Attributes:
        rules: What may leave.
        terms: What the feeds' contracts ask for.
        places: Where it is told.
        incidents: What is known.
        panel: The same, counted.
        before: What has been published.
        taxonomy: Digest of how strands are defined.
    """

    rules: Rules
    terms: Terms
    places: Places
    incidents: Incidents
    panel: Panel
    before: Published
    taxonomy: str = ""

    @classmethod
    def of(cls, root: Path, knowledge: Knowledge, as_of: date | None, rules: Rules, before: Published) -> "Ground":
        """Return the ground of what is known on a day.

        Raises:
            DataError: Nothing is known, a contract cannot be used, or the areas do not have the level.
        """
        incidents = knowledge.store.view(as_of, knowledge.areas)
        panel = knowledge.at(as_of).panel
        areas = knowledge.areas or flat_areas(incidents)
        # Weeks that are forecast from months are no counts of weeks.
        incidents, _ = countable(incidents, panel.kind)
        terms = Terms.of(root, incidents, rules, areas.parents.get(FORCE, ()))
        file = root / STRANDS
        taxonomy = hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
        return cls(rules, terms, Places.of(areas, rules.level), incidents, panel, before, taxonomy)

    @property
    def is_defined_as_before(self) -> bool:
        """Whether strands are what they were when the newest set was published; of old sets their names are known."""
        then = self.before.terms
        names = set(then.get("minimum", self.incidents.strand_names))
        return names == set(self.incidents.strand_names) and then.get("taxonomy", self.taxonomy) == self.taxonomy

    @property
    def defined_since(self) -> str:
        """Last day that was published under another definition of the strands; "" where none was."""
        if self.is_defined_as_before:
            return str(self.before.terms.get("defined_since", ""))
        return max(self.before.last_days.values(), default="")

    def counted(self) -> list[str]:
        """Return the strands whose periods are counted, none of them in part split from longer ones."""
        months = self.panel.from_months.tolist()
        own = set(self.incidents.strand_names)
        return [name for name, split in zip(self.panel.strands, months, strict=True) if name in own and not split]

    def may(self, strand: str) -> Bools:
        """Return the places of which a strand may be shown at all: large enough, and its feeds reach all of it."""
        reach = covered(self.panel)[:, self.panel.strands.index(strand)]
        return self.places.large_enough(self.rules.minimum_residents) & self.places.everywhere(reach)

    def table(self, counts: Counts, block: int, strand: str) -> Table:
        """Return a strand's counts of one block."""
        at = self.incidents.strand_names.index(strand)
        beside = partners_beside(self.incidents, self.terms, strand)
        own = {name: values[block, at] for name, values in counts.own.items() if name in beside}
        return Table(counts.all[block, at], own, self.may(strand))

    def measure(self, strand: str) -> Measure:
        """Return how counts of a strand are shown."""
        return Measure(self.terms.minimum[strand], self.rules.round_to)
