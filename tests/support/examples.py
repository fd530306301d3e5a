"""The examples of answers in the service's description: answers that it gave, shortened.

python -m tests.support.examples WORKSPACE    asks a service on a SYNTHETIC workspace and writes serving/examples.json
"""

import json
import sys
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from serving.openapi import EXAMPLES
from tests.support.services import running_service

_LONGEST_LIST = 1


def asked(client: TestClient) -> dict[str, Any]:
    """Return the answers of the service by the name of their shape."""
    answers: dict[str, Any] = {}

    def get(name: str, path: str, **query: Any) -> Any:
        answer = client.get(path, params=query)
        answers[name] = answer.json()
        assert answer.is_success or name == "Problem", answer.text
        return answers[name]

    get("Periods", "/v1/periods")
    page = get("Forecasts", "/v1/forecasts", limit=2)
    get("ExplanationAnswer", f"/v1/explanations/{page['rows'][0]['forecast_id']}")
    get("ChampionHistory", "/v1/champions")
    models = get("Models", "/v1/models")
    get("ModelAnswer", f"/v1/models/{models['rows'][0]['version']}")
    decisions = get("GateDecisions", "/v1/gate-decisions")
    get("GateAnswer", f"/v1/gate-decisions/{decisions['rows'][0]['name']}")
    get("AuditEvent", f"/v1/audit/{page['audit_id']}")
    get("InclusionProof", f"/v1/audit/{page['audit_id']}/proof")
    get("ConsistencyProof", "/v1/consistency", old=3)
    get("Events", "/v1/audit", limit=2)
    get("Sample", "/v1/samples", seed="lot 7", size=2)
    get("Checkpoints", "/v1/checkpoints")
    answers["Export"] = client.post("/v1/exports", json={}, headers={"Prefer": "wait=60"}).json()
    answers["ExportOrder"] = {}
    get("Feeds", "/v1/feeds")
    get("Quarantine", "/v1/quarantine")
    get("CompletenessAnswer", "/v1/completeness")
    get("PublishedOverview", "/v1/published")
    get("PublishedRows", "/v1/published/counts", limit=2)
    get("Problem", "/v1/forecasts", strand="piracy")
    return answers


def shortened(value: Any) -> Any:
    """Return a document with its lists cut to their first item."""
    if isinstance(value, list):
        return [shortened(item) for item in value[:_LONGEST_LIST]]
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return value


def main(root: Path) -> None:
    """Ask, and write the file anew."""
    with running_service(root) as client:
        examples = {name: shortened(answer) for name, answer in sorted(asked(client).items())}
    EXAMPLES.write_text(json.dumps(examples, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
