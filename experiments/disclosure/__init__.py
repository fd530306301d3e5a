"""The disclosure attacker: what somebody who collects everything published could work out of what was hidden."""
