#!/bin/sh
# The weekly cycle from raw incidents to a served plan. Each command is shown before it runs and may be typed by hand.
#   sh scripts/demo.sh [DATA]     DATA: a download of data.police.uk; without it, the bundled Toronto incidents
# SERVE=0 stops after the plan. A second run in the same workspace ingests nothing twice and adds a new forecast and plan.
set -eu

data=${1:-}
case "$data" in
  '') workspace=var/toronto ;;
  *) workspace=var/police-uk ;;
esac
export STRANDCAST_WORKSPACE="$workspace"

run() {
  printf '\n$ strandcast %s\n' "$*"
  strandcast "$@"
}

printf 'Workspace: %s (export STRANDCAST_WORKSPACE=%s to go on by hand)\n' "$workspace" "$workspace"
if [ -z "$data" ]; then
  [ -f "$workspace/strandcast.toml" ] || run init --period week
  run ingest incidents examples/toronto/incidents.parquet --mapping examples/toronto/mapping.toml
else
  [ -f "$workspace/strandcast.toml" ] || run init --taxonomy police-uk --period month
  run ingest police-uk "$data"
fi
run train
run promote
run forecast
run allocate --hours 2400
run audit verify

if [ "${SERVE:-1}" = 0 ]; then
  printf '\nDone. To answer over HTTP: STRANDCAST_WORKSPACE=%s .venv/bin/strandcast serve\n' "$workspace"
else
  printf '\nThe service answers at http://127.0.0.1:%s (stop it with Ctrl+C):\n' "${PORT:-3000}"
  printf '  curl http://127.0.0.1:%s/v1/forecasts\n' "${PORT:-3000}"
  run serve --port "${PORT:-3000}"
fi
