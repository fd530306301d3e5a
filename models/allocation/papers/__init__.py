"""What a plan is on paper: its document, tables, briefings and picture."""
