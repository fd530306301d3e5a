"""Sketches over HTTP: what a plan would be, before anybody makes one."""
