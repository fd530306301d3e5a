"""The table of roles and routes in the documentation: where it stands, and how it is written anew.

python -m tests.support.matrix     writes it into docs/who-may.md
"""

from serving.access.matrix import matrix
from serving.service import present_description
from tests.support.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "who-may.md"
BEGIN, END = "<!-- made by python -m tests.support.matrix -->\n", "<!-- end -->\n"


def documented() -> str:
    """Return the table as the documentation has it."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip("\n") + "\n"


def main() -> None:
    """Write the table anew."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{matrix(present_description())}\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
