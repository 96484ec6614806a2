"""`python -m benchmarks [NAME ...]`: the performance claims, measured, with their n and their limit."""

import argparse
import sys
from functools import partial

from benchmarks import harness, parent, rendering, startup, store

BENCHMARKS = {
    "startup": startup.measure,
    "parent": parent.measure,
    "store": store.measure,
    "rendering": rendering.measure,
    "harness": harness.measure,
}


def main() -> int:
    """Run all benchmarks, or those named; exit code 1 if a claim does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--pairs", type=int, default=7, help="pairs of runs (harness), at least 5")
    parser.add_argument(
        "--workload", action="append", help="only this one (harness); may be repeated"
    )
    parser.add_argument("--framework", action="append", help="only this one (harness)")
    options = parser.parse_args()
    chosen = partial(
        harness.measure, workloads=options.workload or (), frameworks=options.framework or ()
    )
    benchmarks = BENCHMARKS | {"harness": chosen}
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {sorted(unknown)[0]!r}: {', '.join(BENCHMARKS)}")
    claims = [
        claim
        for name in options.names or BENCHMARKS
        for claim in benchmarks[name](max(5, options.pairs))
    ]
    for claim in claims:
        print(claim)
    return 0 if all(claim.holds for claim in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
