"""Revisions of the database's form, run by Alembic; `ledger.schema` is the way in.

A table or column that is new in `ledger.tables` needs a revision too. As long as the newest revision was not released,
add to that one; else write the next one and name it in `ledger.schema.REVISIONS`. The test
`test_a_database_of_the_first_form_becomes_a_fresh_one` prints what is missing as lines to put into the revision.
"""
