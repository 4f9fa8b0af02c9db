#!/usr/bin/env bash
# Applies each mutation of mutations.txt, one at a time, to a copy of the repository, and runs the differential test
# against it: a mutation with which the test still passes is not caught. Fails where fewer than 95 % are.
#
#   crates/segment/tests/mutations.sh [--check] [FIRST [LAST]]
#
# `--check` only says whether each text is found once. ONEFOLD_CASES is how many cases a mutation has to survive; most do
# not survive a few hundred, which are tried first.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}/mutations
check=no
[ "${1-}" = --check ] && { check=yes; shift; }
first=${1-1}
last=${2-100000}

files=() olds=() news=()
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    '@ '*) files+=("${line#@ }") ;;
    '- '*) olds+=("${line#- }") ;;
    '+ '*) news+=("${line#+ }") ;;
  esac
done <"$here/mutations.txt"
total=${#files[@]}
[ "$total" = "${#olds[@]}" ] && [ "$total" = "${#news[@]}" ] || { echo "mutations.txt is out of step" >&2; exit 2; }

# Each text stands once in its file.
wrong=0
for ((nth = 0; nth < total; nth++)); do
  count=$(grep -cF -- "${olds[nth]}" "$root/crates/segment/src/${files[nth]}" || true)
  if [ "$count" != 1 ]; then
    echo "$((nth + 1)): found $count times in ${files[nth]}: ${olds[nth]}" >&2
    wrong=1
  fi
done
[ "$wrong" = 0 ] || exit 2
[ "$check" = no ] || { echo "$total mutations, each text found once"; exit 0; }

tree=$target/tree
mkdir -p "$tree"
(cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$tree")
export CARGO_TARGET_DIR=$target/build CARGO_INCREMENTAL=1
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
export ONEFOLD_SHRINK=0
cases=${ONEFOLD_CASES:-3000}
few=$((cases < 300 ? cases : 300))
# Seconds for the few cases and for the rest.
soon=600 late=600

run() { # SEED CASES SECONDS
  (cd "$tree" && ONEFOLD_SEED=$1 ONEFOLD_CASES=$2 timeout "$3" \
    cargo test --quiet --release -p onefold-segment --test differential) >"$target/log" 2>&1
}
build() {
  (cd "$tree" && cargo test --quiet --release -p onefold-segment --test differential --no-run) >"$target/log" 2>&1
}
try() {
  build || return 2
  run 0 "$few" "$soon" && run "$few" $((cases - few)) "$late"
}

echo "unchanged, the test must pass"
build || { cat "$target/log" >&2; exit 2; }
from=$SECONDS
run 0 "$few" "$soon" || { cat "$target/log" >&2; exit 2; }
soon=$((5 * (SECONDS - from) + 15)) from=$SECONDS
run "$few" $((cases - few)) "$late" || { cat "$target/log" >&2; exit 2; }
late=$((5 * (SECONDS - from) + 15))

caught=0 tried=0 missed=()
for ((nth = first - 1; nth < total && nth < last; nth++)); do
  file=crates/segment/src/${files[nth]}
  text=$(cat "$root/$file"; printf x)
  text=${text%x}
  printf '%s' "${text/"${olds[nth]}"/"${news[nth]}"}" >"$tree/$file"
  status=0
  try || status=$?
  cp "$root/$file" "$tree/$file"
  tried=$((tried + 1))
  case $status in
    0) missed+=("$((nth + 1)) ${files[nth]}: ${olds[nth]} -> ${news[nth]}"); word=missed ;;
    # An endless loop is not a pass: the unchanged test needs a fifth of that time.
    124) caught=$((caught + 1)); word="caught (out of time)" ;;
    2) echo "$((nth + 1)) does not compile" >&2; cat "$target/log" >&2; exit 2 ;;
    *) caught=$((caught + 1)); word=caught ;;
  esac
  echo "$((nth + 1))/$total $word: ${files[nth]}: ${news[nth]}"
done

echo "$caught of $tried caught"
for one in "${missed[@]-}"; do
  [ -z "$one" ] || echo "missed $one"
done
[ $((caught * 100)) -ge $((tried * 95)) ]
