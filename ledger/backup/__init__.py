"""Copies of a deployment: its database and files as of one instant, verified when made and when restored."""
