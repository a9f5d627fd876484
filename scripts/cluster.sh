#!/bin/sh
# `npm run cluster -- up|down|status`: set-up where something is missing, then the test cluster.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
export PATH
exec node scripts/cluster/main.ts "$@"
