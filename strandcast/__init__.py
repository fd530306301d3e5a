"""The front door: commands that parse, call and print. Sees every room."""
