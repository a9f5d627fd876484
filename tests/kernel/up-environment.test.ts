// Machines that lack something, made by hiding it: exit code 3, what is missing, how to get it, and the prediction only.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noSandbox } from '../support/skip.ts'
import { type Outcome, reportOf, runMoat } from '../support/up.ts'

const ONCE = ['up', 'examples/seed', '--once', '--model', 'bundled', '-o', 'json']

/** In a mount namespace of its own, this file over every place where the tool may lie; `$1` is the cover, `$2` the tool. */
const COVER = `cover=$1; tool=$2; shift 2
for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
  if [ -e "$folder/$tool" ]; then /bin/mount --bind "$cover" "$folder/$tool" || exit 99; fi
done
PATH=/usr/local/bin:/usr/bin:/bin
exec "$@"`

function covered(tool: string, cover: string): readonly string[] {
  return ['unshare', '-Urm', '--', 'sh', '-c', COVER, 'sh', cover, tool]
}

const reason = noSandbox() ?? (spawnSync('unshare', ['-Urm', 'true']).status === 0 ? undefined : 'no user namespaces')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'moat-environment-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function expectPrediction(outcome: Outcome): void {
  expect({ status: outcome.status, leftFiles: outcome.leftFiles }).toEqual({ status: 3, leftFiles: [] })
  expect(outcome.stderr).not.toMatch(/internal error|^ +at /m)
  expect(reportOf(outcome)).toMatchObject({ mode: 'simulated', enforcedBy: 'none', streams: [] })
  expect(reportOf(outcome).cells.some(({ observed }) => observed !== undefined)).toBe(false)
}

describe.skipIf(reason)(`moat up on a machine${reason ? ` [${reason}]` : ''}`, () => {
  it.each([
    ['nft', 'nftables'],
    ['ip', 'iproute2'],
    ['python3', 'python3'],
    ['nsenter', 'util-linux'],
    ['setpriv', 'util-linux'],
  ])('without %s says so, and to install %s', async (tool, packageName) => {
    const outcome = await runMoat(ONCE, { as: covered(tool, '/dev/null') })
    expectPrediction(outcome)
    expect(outcome.stderr).toContain(`error: \`${tool}\` is not installed [sandbox-tool-missing]\n`)
    expect(outcome.stderr).toContain(`  help: install it: apt-get install ${packageName}\n`)
  })

  it('whose limit of network namespaces is 0 says so once, and how to raise it', async () => {
    const limit = 'for kind in net user; do echo 0 > /proc/sys/user/max_${kind}_namespaces; done; exec "$@"'
    const outcome = await runMoat(ONCE, { as: ['unshare', '-Ur', '--', 'sh', '-c', limit, 'sh'] })
    expectPrediction(outcome)
    expect(outcome.stderr.match(/\[sandbox-namespaces\]/g)).toHaveLength(1)
    expect(outcome.stderr).toContain('help: raise the limits: sysctl user.max_user_namespaces=')
  })

  it.each([
    ['nft', 'nft refuses every ruleset', 'sandbox-nftables'],
    ['python3', 'Python does not start', 'sandbox-kernel-log'],
  ])('whose %s does not work: %s [%s]', async (tool, what, code) => {
    const broken = join(folder, tool)
    writeFileSync(broken, `#!/bin/sh\necho '${what}' >&2\nexit 1\n`, { mode: 0o755 })
    const { status, stdout, stderr, leftFiles } = await runMoat(ONCE, { as: covered(tool, broken) })
    expect({ status, stdout, leftFiles }).toEqual({ status: 3, stdout: '', leftFiles: [] })
    expect(stderr).toContain(what)
    expect(stderr).toContain(`[${code}]`)
    expect(stderr).not.toMatch(/internal error|^ +at /m)
  })
})
