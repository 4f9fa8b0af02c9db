#!/usr/bin/env bash
# Twenty segments beside DuckDB: the very same files, one thread each, loading aside.
#
#   benches/peers/segment.sh [PROFILES]
#
# Needs python3 with venv, and the shared tools (gen_events.py, peer_duckdb_segments.py) in ../shared or $ONEFOLD_SHARED.
# A million profiles need 6 GB of memory. Everything that is made stands in target/peers. Prints one line of JSON for each
# side, then the ratio; fails where a size differs or the ratio is below twenty at a million profiles or more. Our side
# reads the generator's Parquet files as plain arrays, one a column, which this script writes from them: a Parquet reader
# would bring more packages than the library has, to measure nothing, since loading is left out on both sides.
set -euo pipefail
cd "$(dirname "$0")/../.."
profiles=${1:-1000000}
shared=${ONEFOLD_SHARED:-../shared}
work=target/peers
if [ ! -f "$shared/tools/peer_duckdb_segments.py" ]; then
  echo "skipped: no shared tools at $shared"
  exit 0
fi
mkdir -p "$work"
python=$work/python/bin/python
[ -x "$python" ] || python3 -m venv "$work/python"
"$python" -c 'import duckdb, numpy, pyarrow' 2>/dev/null || "$work/python/bin/pip" install --quiet duckdb numpy pyarrow
dir=$work/events-$profiles
[ -f "$dir/events_by_profile.parquet" ] || "$python" "$shared/tools/gen_events.py" "$profiles" "$dir" >&2

# The same rows as plain arrays, little endian; written last, so that a run that was cut off begins again.
[ -f "$dir/category.bin" ] || "$python" - "$dir" <<'PY'
import sys
import pyarrow.parquet as parquet
folder = sys.argv[1]
TYPES = ["page_view", "product_view", "add_to_cart", "checkout", "purchase", "email_open", "email_click", "login", "refund", "support_ticket"]
PLANS = ["free", "basic", "pro", "team", "enterprise"]

def write(name, values, kind):
    values.astype(kind).tofile(f"{folder}/{name}.bin")

def codes(column, number):
    column = column.combine_chunks()
    import numpy
    return numpy.array([number(word) for word in column.dictionary.to_pylist()])[column.indices.to_numpy()]

people = parquet.read_table(f"{folder}/profiles.parquet")
assert people["profile_id"].to_numpy().tolist() == list(range(people.num_rows))
write("country", codes(people["country"], lambda word: int(word[1:])), "u1")
write("plan", codes(people["plan"], PLANS.index), "u1")
write("age", people["age"].combine_chunks().fill_null(-1).to_numpy(), "<i4")
write("churn", people["churn_score"].to_numpy(), "<f4")
write("in_sales_cycle", people["in_sales_cycle"].to_numpy(), "u1")
events = parquet.read_table(f"{folder}/events_by_profile.parquet")
write("profile", events["profile_id"].to_numpy(), "<u4")
write("second", events["ts"].to_numpy(), "<i8")
write("what", codes(events["type"], TYPES.index), "u1")
write("cents", events["amount_cents"].combine_chunks().fill_null(-1).to_numpy(), "<i8")
write("category", codes(events["category"], lambda word: int(word[3:])), "u1")
PY

echo "running DuckDB" >&2
"$python" "$shared/tools/peer_duckdb_segments.py" "$dir" memory | tail -n 1 | tee "$work/duckdb-segments.json"
echo "running onefold" >&2
cargo bench --quiet -p onefold-benches --bench segment_peer -- "$PWD/$dir" | tail -n 1 | tee "$work/segments.json"

"$python" - "$work" "$profiles" <<'PY'
import json, sys
work, profiles = sys.argv[1], int(sys.argv[2])
read = lambda name: json.load(open(f"{work}/{name}.json"))
peer, ours = read("duckdb-segments"), read("segments")
other = {name: (size, ours["sizes"].get(name)) for name, size in peer["sizes"].items() if ours["sizes"].get(name) != size}
ratio = peer["cpu_seconds"] / max(ours["cpu_seconds"], 1e-9)
print(json.dumps({"profiles": profiles, "sizes_equal": not other, "duckdb_cpu_seconds": peer["cpu_seconds"],
                  "onefold_cpu_seconds": ours["cpu_seconds"], "ratio": round(ratio, 1)}))
if other:
    sys.exit(f"sizes differ, as (DuckDB, onefold): {other}")
if profiles >= 1_000_000 and ratio < 20:
    sys.exit(f"DuckDB takes {ratio:.1f} times our CPU time, and should take 20 times")
PY
