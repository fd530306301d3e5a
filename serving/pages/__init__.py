"""The pages that planners, partners and auditors work in, served by the process that serves the API."""
