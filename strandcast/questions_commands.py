"""`strandcast questions`: what people ask about recommendations, and what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from strandcast.command import Context, command_options
from strandcast.output import plain_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from models.questions.questions import Question


@click.group()
def questions() -> None:
    """Questions about recommendations, by name, and what was answered to them."""


@questions.command("list")
@click.option("--status", type=click.Choice(["open", "closed"]), help="Only these.")
@click.option("--plan", "plan_id", metavar="ID", help="Only those about this plan.")
@click.option("--area", "area_code", metavar="CODE", help="Only those about this area.")
@command_options
def list_questions(
    context: Context, status: Literal["open", "closed"] | None, plan_id: str | None, area_code: str | None
) -> None:
    """List questions, newest first."""
    from models.questions.questions import listed, several
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        wanted = {"plan_id": plan_id, "area_code": area_code}
        found = several(deployment.ledger, listed(deployment.ledger, wanted, status))
    lines = [] if found else ["Nobody has asked anything of this kind."]
    document = {"questions": [one.document() for one in found]}
    context.output.result(document, *([_table(found)] if found else []), lines=lines)


@questions.command("ask")
@click.option("--plan", "plan_id", metavar="ID", help="About this plan.")
@click.option("--run", "run_id", metavar="ID", help="About this forecast run.")
@click.option("--audit-id", metavar="ID", help="About this recorded answer.")
@click.option("--area", "area_code", metavar="CODE", help="About this area.")
@click.option("--strand", metavar="NAME", help="About this strand.")
@click.option("--text", required=True, help="The question, in your words; recorded.")
@click.option("--by", required=True, metavar="NAME", help="Who asks; recorded.")
@command_options
def ask_question(
    context: Context,
    plan_id: str | None,
    run_id: str | None,
    audit_id: str | None,
    area_code: str | None,
    strand: str | None,
    text: str,
    by: str,
) -> None:
    """Ask about a plan, a forecast run or a recorded answer."""
    from models.questions.questions import Subject, ask, find, settled
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        about = settled(deployment.ledger, Subject(run_id, plan_id, audit_id, area_code, strand))
        found = find(deployment.ledger, ask(deployment.books(), about, text, by=by))
    lines = [
        f"Asked as {found.question_id}, recorded as {found.audit_id}.",
        f"Next: strandcast questions answer {found.question_id} --by NAME --text TEXT",
    ]
    context.output.result(found.document(), lines=lines)


@questions.command("answer")
@click.argument("question_id", metavar="QUESTION")
@click.option("--text", required=True, help="The answer, in your words; recorded.")
@click.option("--by", required=True, metavar="NAME", help="Who answers, not who asked; recorded.")
@click.option("--keep-open", is_flag=True, help="There is more to come: do not close it.")
@command_options
def answer_question(context: Context, question_id: str, text: str, by: str, keep_open: bool) -> None:
    """Answer a question of somebody else, and close it."""
    from models.questions.questions import answer, find
    from strandcast.deployment import Deployment

    with Deployment.open(context) as deployment:
        answer(deployment.books(), question_id, text, by=by, closes=not keep_open)
        found = find(deployment.ledger, question_id)
    told = found.answers[-1]
    context.output.result(
        found.document(), lines=[f"Answered by {told.by}, recorded as {told.audit_id}. It is {found.state}."]
    )


def _table(found: Sequence[Question]) -> Table:
    columns = ["question", "about", "text", "by", "status", "answers"]
    rows = [
        [
            one.question_id,
            ", ".join(value for value in vars(one.about).values() if value),
            one.text,
            one.by,
            one.state,
            str(len(one.answers)),
        ]
        for one in found
    ]
    return plain_table("Questions", columns, rows, whole=["question", "status"])
