#!/bin/sh
# Installs the model server's llama.cpp binding from its own lock file, apart from the project's packages: no GPU builds,
# no compiling, no install scripts. A second run finds its stamp and does nothing. Prints to stderr only, and never fails
# set-up: without the runtime everything but the real model works.
set -u
cd "$(dirname "$0")/.."
exec 1>&2

say() { printf 'set-up: %s\n' "$*"; }

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) folder=runtime/llama/x64 ;;
  Linux-aarch64) folder=runtime/llama/arm64 ;;
  *)
    say "no model runtime for $(uname -s) on $(uname -m): the sandbox will not serve a real model here"
    exit 0
    ;;
esac

checksum() { { sha256sum "$1" 2>/dev/null || shasum -a 256 "$1"; } | cut -d ' ' -f 1; }

stamp=$folder/node_modules/.moat-lock
wanted=$(checksum "$folder/package-lock.json")
[ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ] || exit 0

command -v npm >/dev/null 2>&1 || { say 'npm is missing: the model runtime is not installed'; exit 0; }
say 'the model runtime, a llama.cpp binding of 83 MB (once)'
without='the sandbox will not serve a real model'
npm ci --loglevel=error --omit=optional --omit=peer --ignore-scripts --no-audit --no-fund --prefix "$folder" >/dev/null || {
  say "npm could not install the model runtime: $without until \`sh scripts/setup-runtime.sh\` succeeds"
  exit 0
}

# What was installed must run here: it is tried with the small model of the package, so that no server has to try it again.
PATH="$PWD/node_modules/.bin:$PATH"
trial=src/slm/trial-run.ts
[ -f "$trial" ] || trial=dist/slm/trial-run.js
if words=$(node "$trial" models/tiny/moat-tiny.gguf 2>&1); then
  : >"$folder/node_modules/.moat-tried"
else
  say "the model runtime was installed but does not run on this machine, $without: $(printf '%s' "$words" | tail -n 1 | cut -c 1-200)"
fi
printf '%s\n' "$wanted" >"$stamp"
exit 0
