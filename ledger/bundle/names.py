"""What the parts of a bundle are called."""

FORMAT = "strandcast-ledger-bundle-1"
ABOUT = "about.json"
EVENTS = "events.jsonl"
ARTEFACTS = "artefacts.jsonl"
ALIASES = "aliases.jsonl"
README = "README.txt"
CHECKPOINTS = "checkpoints/"
