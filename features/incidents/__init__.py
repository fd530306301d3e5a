"""The store of incidents: immutable batches, and what was known of them on any day."""
