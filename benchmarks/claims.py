"""Which strands claim 6,000,000 rows of a force's export: nine strands, offence codes and five flags, made up.

python -m benchmarks.claims
"""

import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from features.feeds.claims import Claims
from features.feeds.values import Coded
from features.strands import load_taxonomy, taxonomy_text
from features.strands.offences import offences

ROWS = 6_000_000
REPEATS = 5

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "strands.toml"
        path.write_bytes(taxonomy_text("essex-2018"))
        claims = Claims.of(load_taxonomy(path), "force-crime")
    rng = np.random.default_rng(20260101)
    codes, flags = tuple(offences()), ("yes", "no", "")
    columns = {
        name: Coded(rng.integers(0, len(values), ROWS).astype(np.int32), values)
        for name, values in ((name, codes if name == "offence" else flags) for name in claims.columns)
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, shares = [], []
    for _ in range(REPEATS):
        begin = time.process_time()
        claimed = claims.rows(columns)
        seconds.append(time.process_time() - begin)
        shares.append(float((claimed.primary >= 0).mean()))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{ROWS:,} rows, {len(columns)} columns, {len(claims.inputs)} inputs, {100 * shares[0]:.0f} % claimed")
    print(f"CPU seconds: median {np.median(seconds):.2f}, most {max(seconds):.2f}; memory {more:.0f} MiB more")
