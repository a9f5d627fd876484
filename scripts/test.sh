#!/bin/sh
# `npm test`: set-up where something is missing, then every layer of tests that this machine can carry, and one closing line.
set -eu
cd "$(dirname "$0")/.."
sh scripts/setup.sh
PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
export PATH
exec node scripts/test.ts "$@"
