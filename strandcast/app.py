"""The command line: `strandcast COMMAND`, and how its errors are told."""

import json
import os
import sys
import traceback

import click

from errors import LedgerError, ServiceError, StrandcastError
from ledger.events import MovedMeanwhileError, NoSuchRecordError
from strandcast.allocate_commands import allocate
from strandcast.areas_commands import areas
from strandcast.audit_commands import audit
from strandcast.backtest_commands import backtest
from strandcast.completeness_commands import completeness
from strandcast.database_commands import backup, restore, upgrade
from strandcast.evaluate_commands import evaluate
from strandcast.feed_commands import feeds
from strandcast.forecast_commands import explain, forecast
from strandcast.harm_commands import harm
from strandcast.hotspots_commands import hotspots
from strandcast.ingest_commands import ingest
from strandcast.keys_commands import keys
from strandcast.model_commands import train
from strandcast.models_commands import models
from strandcast.monitor_commands import monitor
from strandcast.openapi_commands import openapi
from strandcast.panel_commands import panel
from strandcast.plans_commands import plans
from strandcast.plans_studies_commands import STUDIES
from strandcast.prepare_commands import prepare
from strandcast.profiles_commands import profiles
from strandcast.promote_commands import promote, rollback
from strandcast.publish_commands import publish, published
from strandcast.purge_commands import purge
from strandcast.quarantine_commands import quarantine
from strandcast.questions_commands import questions
from strandcast.replay_commands import replay
from strandcast.serve_commands import serve
from strandcast.strands_commands import strands
from strandcast.tasks_commands import tasks
from strandcast.tune_commands import tune
from strandcast.twin_commands import twin
from strandcast.weekly_commands import weekly
from strandcast.workspace_commands import init

INPUT_CANNOT_BE_USED = 2
FAILURE_OF_OURS = 1
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="strandcast")
def cli() -> None:
    """Forecast recorded demand by area and strand, and plan patrol hours with reasons that can be checked.

    It forecasts recorded incidents in areas. It never says anything about a person.
    """


def main() -> None:
    """Run the command line and exit: 0, 2 for input that cannot be used, 1 for a failure of ours."""
    # MLflow and BentoML send usage data unless told not to, and read these at import.
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # Threads that wait by spinning multiply the time of a fit on a machine that does other work too.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    code = run(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is written and closed by now. The native threads of several libraries, torn down in an unlucky order by
    # a normal exit, now and then abort the process and hide its exit code.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every error is told in one sentence on standard error."""
    try:
        code = cli.main(arguments, prog_name="strandcast", standalone_mode=False)
    except click.ClickException as error:
        return _tell(error.format_message(), INPUT_CANNOT_BE_USED, arguments)
    except StrandcastError as error:
        theirs = isinstance(error, NoSuchRecordError | MovedMeanwhileError)
        ours = isinstance(error, LedgerError | ServiceError) and not theirs
        return _tell(str(error), FAILURE_OF_OURS if ours else INPUT_CANNOT_BE_USED, arguments)
    except (KeyboardInterrupt, click.Abort):
        return _tell("Interrupted; nothing was half-written, run the command again to go on.", INTERRUPTED, arguments)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a planner
        if os.environ.get("STRANDCAST_TRACEBACK"):
            traceback.print_exc()
        sentence = f"Unexpected {type(error).__name__}; set STRANDCAST_TRACEBACK=1 and run again to see where."
        return _tell(sentence, FAILURE_OF_OURS, arguments)
    return code if isinstance(code, int) else 0


def _tell(sentence: str, code: int, arguments: list[str]) -> int:
    if "--json" in arguments:
        sys.stdout.write(json.dumps({"error": sentence}, ensure_ascii=False) + "\n")
    sys.stderr.write(f"strandcast: {sentence}\n")
    return code


allocate.add_command(evaluate)
audit.add_command(replay)
cli.add_command(allocate)
cli.add_command(areas)
cli.add_command(audit)
cli.add_command(backtest)
cli.add_command(backup)
cli.add_command(completeness)
cli.add_command(explain)
cli.add_command(feeds)
cli.add_command(forecast)
cli.add_command(harm)
cli.add_command(hotspots)
cli.add_command(ingest)
cli.add_command(init)
cli.add_command(keys)
cli.add_command(models)
cli.add_command(monitor)
cli.add_command(openapi)
cli.add_command(panel)
cli.add_command(plans)
for study in STUDIES:
    plans.add_command(study)
cli.add_command(prepare)
cli.add_command(profiles)
cli.add_command(promote)
cli.add_command(publish)
cli.add_command(published)
cli.add_command(purge)
cli.add_command(quarantine)
cli.add_command(restore)
cli.add_command(rollback)
cli.add_command(serve)
cli.add_command(strands)
cli.add_command(tasks)
cli.add_command(questions)
cli.add_command(train)
cli.add_command(tune)
cli.add_command(twin)
cli.add_command(upgrade)
cli.add_command(weekly)
