"""The shape of the house itself: where names resolve, what may be imported, what must be documented."""
