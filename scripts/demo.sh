#!/bin/sh
# The weekly cycle from raw incidents to a served plan. Each command is shown before it runs and may be typed by hand.
#   sh scripts/demo.sh                  a SYNTHETIC Essex and its nine strands; nothing in it happened
#   sh scripts/demo.sh toronto          the bundled incidents of Toronto
#   sh scripts/demo.sh police-uk DATA   a download of data.police.uk, by month
# SERVE=0 stops after the plan. A second run in the same workspace ingests nothing twice and adds a new forecast and plan.
set -eu

region=${1:-essex}
data=${2:-}
case "$region" in
  essex) workspace=var/essex-SYNTHETIC ;;
  toronto | police-uk) workspace=var/$region ;;
  *)
    printf "There is no demo of '%s'; REGION is essex or toronto, or give DATA=PATH.\n" "$region" >&2
    exit 2
    ;;
esac
export STRANDCAST_WORKSPACE="$workspace"

# A command as a person would type it: what holds a space is quoted.
run() {
  printf '\n$ strandcast'
  for word in "$@"; do
    case "$word" in *' '*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  strandcast "$@"
}

made() { [ -f "$workspace/strandcast.toml" ]; }

printf 'Workspace: %s (export STRANDCAST_WORKSPACE=%s to go on by hand)\n' "$workspace" "$workspace"
case "$region" in
  essex)
    twin=var/twin-SYNTHETIC
    [ -f "$twin/areas.csv" ] || run twin --out "$twin"
    made || run init --name 'SYNTHETIC Essex' --synthetic --taxonomy essex-2018 --areas "$twin/areas.csv" --period week \
      --holidays GB-ENG \
      --attribution 'Contains public sector information licensed under the Open Government Licence v3.0 (ONS, Home Office)'
    strand='Domestic abuse'
    # the eleven resources of resources.toml over 1,077 areas for a week
    set --
    # Five feeds are demand, the others go beside it. The two largest, patrol-hours and command-control, are left out.
    for feed in force-crime council-asb deliberate-fires stats19 action-fraud \
      assault-attendances marac-referrals stop-search events; do
      run ingest "$feed" "$twin/$feed"
    done
    ;;
  toronto)
    made || run init --name Toronto --holidays CA-ON \
      --attribution 'Contains information licensed under the Open Government Licence (Toronto Police Service)'
    strand='Break and Enter'
    # 2,400 hours over 140 neighbourhoods for a week
    set -- --hours 2400 --minimum 4 --maximum 60
    run ingest incidents examples/toronto/incidents.parquet --mapping examples/toronto/mapping.toml
    ;;
  police-uk)
    made || run init --taxonomy police-uk --period month --holidays GB-ENG \
      --attribution 'Contains public sector information licensed under the Open Government Licence v3.0'
    strand='Burglary'
    # 10,000 hours over the force for a month
    set -- --hours 10000 --maximum 200
    run ingest police-uk "$data"
    ;;
esac
run train
# The gate decides. The same data and code give the same model, which a second run finds to be champion already. Where the
# trained model is refused and there is no champion, the demo overrules the gate, on the record and with its reason.
if ! run promote --reason 'demo: the trained model'; then
  if strandcast models list --json | grep -q '"champion"'; then
    printf 'Going on with the present champion.\n'
  else
    printf 'Refused, and kept with its evidence. So that there is something to look at, the demo overrules the gate.\n'
    run promote --reason 'demo: the trained model' --despite 'a demo: no patrol is sent by it'
  fi
fi
run forecast
run explain --strand "$strand"
run allocate "$@" --out "$workspace/plan.csv" --picture "$workspace/plan.png"
run audit verify

if [ "${SERVE:-1}" = 0 ]; then
  printf '\nDone. To answer over HTTP: STRANDCAST_WORKSPACE=%s .venv/bin/strandcast serve\n' "$workspace"
else
  # A key is shown once; this one ends in a week.
  run keys create 'Demo planner' --role planner --role auditor --days 7
  run serve --port "${PORT:-3000}"
fi
