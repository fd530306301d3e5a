"""Provenance: how an incident came to notice.

What officers find depends on where they look, so a forecast that sends them there again would confirm itself. Every
incident therefore carries its class, and what is not known stays unknown.
"""

from typing import Literal, get_args

ProvenanceClass = Literal["public-reported", "victim-reported", "partner-reported", "officer-initiated", "unknown"]
PROVENANCE: tuple[ProvenanceClass, ...] = get_args(ProvenanceClass)
UNKNOWN: ProvenanceClass = "unknown"
OFFICER_INITIATED: ProvenanceClass = "officer-initiated"
