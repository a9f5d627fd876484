#!/bin/sh
# `npm run up`: set-up where something is missing, then the main job. Without arguments it shows the seed example.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
sh "$root/scripts/setup.sh" --model
PATH="$root/node_modules/.bin:$PATH"
export PATH
cd "$root"
case "${1:-}" in
  '' | -*) for word in "$@"; do case "$word" in -f | --file | --file=* | -f?*) exec node bin/moat.mjs up "$@" ;; esac; done
    exec node bin/moat.mjs up examples/seed "$@" ;;
  *) exec node bin/moat.mjs up "$@" ;;
esac
