// What a machine can do is tried, not guessed: whole machines and crippled ones.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Machine } from '../../src/sandbox/capabilities.ts'
import type { Entered } from '../../src/sandbox/enter.ts'
import { noOrdinaryUser, runProgram } from '../support/program.ts'
import { noSandbox } from '../support/skip.ts'

interface Inspected {
  readonly machine: Machine
  readonly entered?: Entered
}

const program = join(import.meta.dirname, 'programs/inspect.ts')
const root = process.getuid?.() === 0

/** Inspects in a mount namespace of its own after `cripple` has run there. */
function crippled(cripple: string): Inspected {
  const own = root ? [] : ['-U', '--map-current-user', '--keep-caps']
  const script = `export PATH="$PATH:/usr/sbin:/sbin"; ${cripple}\nexec "$@"`
  const args = [...own, '-m', '--', 'sh', '-c', script, 'sh', process.execPath, program]
  const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Inspected
}

function codes({ machine }: Inspected): string[] {
  return machine.capabilities.flatMap(({ diagnostic }) => (diagnostic ? diagnostic.code : []))
}

const reason = noSandbox()
describe.skipIf(reason)(`inspectMachine${reason ? ` [${reason}]` : ''}`, () => {
  it('finds that a sandbox works here, and how', async () => {
    const { machine } = JSON.parse((await runProgram('inspect.ts')).stdout) as Inspected
    expect(machine.capabilities.filter(({ state }) => state !== 'works')).toEqual([])
    expect(machine.mode).toBe(root ? 'root' : 'user-namespace')
  })

  const other = noOrdinaryUser()
  it.skipIf(other)(`finds the same for an ordinary user${other ? ` [${other}]` : ''}`, async () => {
    const { machine } = JSON.parse((await runProgram('inspect.ts', [], 'nobody')).stdout) as Inspected
    expect(machine.capabilities.filter(({ state }) => state !== 'works')).toEqual([])
    expect(machine.mode).toBe('user-namespace')
  })

  for (const tool of ['nft', 'ip']) {
    it(`says what to install where there is no ${tool}, and so does entering`, () => {
      const found = crippled(
        `for file in $(which -a ${tool}); do mount --bind /dev/null "$(readlink -f "$file")"; done`,
      )
      expect(found.machine.mode).toBeUndefined()
      expect(codes(found)).toEqual(['sandbox-tool-missing'])
      expect(found.entered).toMatchObject({
        kind: 'impossible',
        diagnostics: [{ code: 'sandbox-tool-missing', message: `\`${tool}\` is not installed` }],
      })
    })
  }

  it('finds out that namespaces are refused, and why', () => {
    const limits = '/proc/sys/user/max_net_namespaces'
    const found = crippled(`exec unshare -Ur sh -c 'echo 0 > ${limits} && exec "$@"' sh "$@"`)
    expect(found.machine.mode).toBeUndefined()
    expect(new Set(codes(found))).toEqual(new Set(['sandbox-namespaces']))
    const [first] = found.machine.capabilities.flatMap(({ diagnostic }) => diagnostic ?? [])
    expect(first?.message).toContain('No space left on device')
    expect(first?.help).toContain('user.max_net_namespaces')
    expect(found.entered).toMatchObject({ kind: 'impossible' })
  })
})
