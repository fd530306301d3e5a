import json
import subprocess
import sys
from pathlib import Path

from tests.support.repository import REPOSITORY


def test_small_files_that_hold_more_than_fits_are_refused_within_bounds(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "tests.support.bombs", str(tmp_path)],
        check=True,
        capture_output=True,
        cwd=REPOSITORY,
        timeout=300,
    )
    told = json.loads(child.stdout)
    assert told.pop("peak_mib") < 500
    # 100,000 rows of a word of 100 kB: 10 GB, were they ever spelled out.
    assert told.pop("words.parquet as export") == "100000 rows read"
    assert "says that it holds more rows than it can" in told["rows.parquet as export"]
    for name in ("rows.csv.gz", "zeros.csv.gz", "zeros.zip"):
        for kind in ("export", "street"):
            assert "holds more than 120 times what it was packed into" in told.pop(f"{name} as {kind}")
    assert all(sentence.endswith(".") for sentence in told.values())
