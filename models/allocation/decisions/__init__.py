"""The life of a plan: recorded as a draft, decided on by a named person, answered for task by task by its owners."""
