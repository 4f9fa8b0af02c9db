#!/usr/bin/env bash
# Runs both fuzz targets side by side, each so many seconds: fuzz/run.sh [SECONDS]
# Any crash ends with an error and leaves the input in fuzz/work. Needs only the stable toolchain.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-600}
target=x86_64-unknown-linux-gnu
out=${CARGO_TARGET_DIR:-target}
flags="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags="$flags -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags="$flags -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"

# Seeds are written by a program without the instruments, which only a fuzzer's main links.
cargo run --quiet --release --bin seeds -- work/seeds
RUSTFLAGS="$flags" cargo build --release --target "$target" --bin text --bin json

words='segment trait did any in last days ever then not within as and or except count( sum( avg( min( max( median('
words="$words"' distinct( first( most_frequent( active_days( sessions( top 10% by among sample salt bucket of case when'
words="$words"' else end stopped changed from to for zone calendar month session purchase amount category country null'
for word in $words; do printf '"%s"\n' "$word"; done > work/words
pids=()
for name in text json; do
  mkdir -p "work/$name"
  "$out/$target/release/$name" "work/$name" "work/seeds/$name" -max_total_time="$seconds" -timeout=20 -max_len=4096 \
    -rss_limit_mb=4096 -dict=work/words -artifact_prefix="work/$name-" -print_final_stats=1 > "work/$name.log" 2>&1 &
  pids+=($!)
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
for name in text json; do
  echo "== $name"
  grep -E '^stat::(number_of_executed_units|average_exec_per_sec|peak_rss_mb)|cov:|panicked|ERROR|Test unit' "work/$name.log" | tail -n 6
done
exit "$status"
