#!/bin/sh
# Everything that a checkout needs before its first command; a second run finds nothing to do. Prints to stderr only.
#   scripts/setup.sh            locked packages, pinned Node, system packages, the model runtime
#   scripts/setup.sh --model    also the well-known model that `moat up` prefers (once per user, about 93 MB)
set -eu
cd "$(dirname "$0")/.."
exec 1>&2

say() { printf 'set-up: %s\n' "$*"; }

checksum() { { sha256sum "$1" 2>/dev/null || shasum -a 256 "$1"; } | cut -d ' ' -f 1; }

# 1. npm packages, exactly those of the lock file; the pinned Node is one of them.
command -v npm >/dev/null 2>&1 || { say 'npm is missing: install Node 20 or newer with npm'; exit 3; }
stamp=node_modules/.moat-lock
wanted=$(checksum package-lock.json)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  say 'npm packages from package-lock.json (once)'
  npm ci --loglevel=error --ignore-scripts --no-audit --no-fund
  printf '%s\n' "$wanted" >"$stamp"
fi
# `npx moat` finds this checkout's own command without asking.
for name in moat kubectl-moat; do
  [ -e "node_modules/.bin/$name" ] || ln -s ../../bin/moat.mjs "node_modules/.bin/$name"
done
PATH="$PWD/node_modules/.bin:$PATH:/usr/sbin:/sbin"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' || {
  say "Node $(node --version) is too old and no pinned Node came with the packages (optional packages left out?): install Node 24"
  exit 3
}

# 2. System packages for the sandbox: installed by apt as root, otherwise the one line that does it.
if [ "$(uname -s)" = Linux ]; then
  packages=''
  for pair in nft:nftables ip:iproute2 unshare:util-linux nsenter:util-linux setpriv:util-linux python3:python3; do
    command -v "${pair%%:*}" >/dev/null 2>&1 && continue
    case " $packages " in *" ${pair#*:} "*) ;; *) packages="$packages ${pair#*:}" ;; esac
  done
  packages=${packages# }
  if [ -n "$packages" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      say "system packages: $packages (once)"
      export DEBIAN_FRONTEND=noninteractive
      # shellcheck disable=SC2086
      apt-get install -y -q --no-install-recommends $packages >/dev/null 2>&1 ||
        { apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends $packages >/dev/null; } ||
        say "apt-get could not install $packages: the sandbox will not run"
    elif command -v apt-get >/dev/null 2>&1; then
      say "missing for the sandbox: $packages. Run: sudo apt-get install -y $packages"
    else
      say "missing for the sandbox: $packages. Install them with your package manager"
    fi
  fi
fi

# 3. The language model's runtime, and on request the model.
[ ! -f scripts/setup-runtime.sh ] || sh scripts/setup-runtime.sh
if [ "${1:-}" = --model ] && [ -f scripts/fetch-model.sh ]; then
  sh scripts/fetch-model.sh
fi
