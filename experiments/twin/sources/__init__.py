"""The tables that the twin is made from, and how the public ones were bundled. Sources and terms: README.md."""
