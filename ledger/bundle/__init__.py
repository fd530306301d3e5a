"""The record as one file that proves itself: written from a database, verified anywhere without one."""
