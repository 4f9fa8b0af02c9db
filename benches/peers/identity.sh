#!/usr/bin/env bash
# Deduplicating persons beside Splink (Fellegi-Sunter on DuckDB), on the very same file in the same run.
#
#   benches/peers/identity.sh [RECORDS] [SEED]
#
# Needs python3 with venv, and the shared tools (gen_persons.py, peer_splink.py) in ../shared or $ONEFOLD_SHARED. Everything
# that is made stands in target/peers. The table goes to standard output; docs/BENCHMARKS.md holds one of a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
records=${1:-1000000}
seed=${2:-20260101}
shared=${ONEFOLD_SHARED:-../shared}
work=target/peers
if [ ! -f "$shared/tools/peer_splink.py" ]; then
  echo "skipped: no shared tools at $shared"
  exit 0
fi
mkdir -p "$work"
if [ ! -x "$work/python/bin/python" ]; then
  python3 -m venv "$work/python"
  "$work/python/bin/pip" install --quiet splink duckdb numpy pyarrow
fi
file=$work/persons-$records-$seed.csv
[ -f "$file" ] || "$work/python/bin/python" "$shared/tools/gen_persons.py" "$records" "$file" "$seed" >&2
cargo build --quiet --release --example resolve

echo "running Splink" >&2
"$work/python/bin/python" "$shared/tools/peer_splink.py" personscap "$file" > "$work/splink.json"
resolve() { cargo run --quiet --release --example resolve -- --json --id unique_id --truth cluster "$@" "$file" | tail -n 1; }
echo "running onefold, with a rules file" >&2
resolve --rules examples/rules/persons.toml > "$work/rules.json"
echo "running onefold, with no configuration" >&2
resolve > "$work/inferred.json"

"$work/python/bin/python" - "$work" "$records" <<'PY'
import datetime, json, os, platform, sys
work, records = sys.argv[1], int(sys.argv[2])
read = lambda name: json.load(open(f"{work}/{name}.json"))
splink, rules, inferred = read("splink"), read("rules"), read("inferred")
cpu = splink["cpu"]
peer_all = sum(s for stage, s in cpu.items() if stage not in ("cluster0.5", "import_startup"))
peer_after = peer_all - cpu["load"]
print(f"{records:,} records, {datetime.date.today()}, {os.cpu_count()} cores ({platform.machine()}), "
      f"Splink {splink['splink']} on DuckDB {splink['duckdb']}, one thread for onefold\n")
# Splink's load stage also brings values into a standard form; so two readings of "after load" are given for ours.
print("| what | CPU s in all | after load | after load and canonical form | ratio in all | after load | after both | peak MiB | precision | recall | cluster F1 |")
print("|---|---|---|---|---|---|---|---|---|---|---|")
best = splink["clusters_0.95"]
print(f"| Splink, tuned, p >= 0.95 | {peer_all:.2f} | {peer_after:.2f} | {peer_after:.2f} | 1 | 1 | 1 | {splink['peak_rss_mib']} | {best['P']:.4f} | {best['R']:.4f} | {best['F1']:.4f} |")
for name, ours in (("onefold, rules file", rules), ("onefold, no configuration", inferred)):
    took = ours["seconds"]
    after = ours["cpu_seconds"] - took["load"]
    both = after - took["infer"] - took["prepare"]
    print(f"| {name}, p >= {ours['threshold']} | {ours['cpu_seconds']:.2f} | {after:.2f} | {both:.2f} | {peer_all / ours['cpu_seconds']:.1f} | "
          f"{peer_after / after:.1f} | {peer_after / both:.1f} | {ours['peak_rss_mib']:.0f} | {ours['precision']:.4f} | {ours['recall']:.4f} | {ours['f1']:.4f} |")
PY
