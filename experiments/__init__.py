"""What we tried and what we found: each study has a question, a command and a finding. Never sees serving."""
