// Wrong input through the real command line: refused with a place and a code, no answer on stdout, nothing left behind.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UpReport } from '../src/cli/up/report.ts'
import { missing } from './support/skip.ts'
import { type Outcome, ROOT, type RunOptions, runMoat } from './support/up.ts'
import { documents, MOAT, POD, unmarked, WRONG_MANIFESTS } from './wrong-input/manifests.ts'

const COMMANDS = [['render'], ['prove'], ['up', '--simulate']] as const
const SIMULATE = ['up', '--simulate'] as const
const GOOD = documents(POD, MOAT)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'moat-wrong-'))
  writeFileSync(join(folder, 'good.yaml'), GOOD)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function write(content: string | Buffer, name = `${files++}.yaml`): string {
  writeFileSync(join(folder, name), content)
  return name
}

function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return runMoat(args, { cwd: folder, ...options })
}

/** What no run may show, whatever it was given. */
const QUIET = { trace: undefined, controls: undefined, leftFiles: [] }

function seen({ status, signal, stdout, stderr, leftFiles }: Outcome) {
  return {
    status,
    signal,
    stdout,
    codes: [...stderr.matchAll(/^.*\berror: .* \[([a-z0-9-]+)\]$/gm)].map((match) => match[1]),
    trace: /internal error|^ +at .*:\d+|node:internal/m.exec(stderr)?.[0],
    // eslint-disable-next-line no-control-regex -- what would reach the terminal is what is looked for
    controls: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.exec(`${stdout}${stderr}`)?.[0],
    leftFiles,
  }
}

/** Not a word on stdout, and this among the errors. */
function refused(code: string) {
  return { ...QUIET, status: 2, signal: null, stdout: '', codes: expect.arrayContaining([code]) as string[] }
}

/** A run that ends well and prints nothing odd. */
const ANSWERED = { ...QUIET, status: 0, codes: [] }

describe.concurrent('a manifest with', () => {
  it.each(WRONG_MANIFESTS.map((wrong, i) => ({ ...wrong, command: COMMANDS[i % COMMANDS.length] ?? SIMULATE })))(
    '$what is refused by moat $command.0 at its place [$code]',
    async ({ code, text, command }) => {
      const wrong = unmarked(text)
      const name = write(wrong.text)
      const outcome = await run([...command, name])
      expect(seen(outcome)).toEqual(refused(code))
      const first = outcome.stderr.split('\n').find((line) => line.endsWith(`[${code}]`))
      const place = `${name}:${wrong.place}: error: `
      expect(first?.slice(0, place.length)).toBe(place)
    },
  )

  it('several mistakes gets all of them listed, by each command alike', async () => {
    const wrong = WRONG_MANIFESTS.filter(({ code }) => ['empty-peer', 'invalid-end-port'].includes(code))
    const name = write(
      documents(...wrong.map(({ text }, i) => unmarked(text).text.replace('name: p,', `name: p${i},`))),
    )
    const outcomes = await Promise.all(COMMANDS.map((command) => run([...command, name])))
    for (const outcome of outcomes) expect(seen(outcome)).toEqual(refused('empty-peer'))
    expect(new Set(outcomes.map(({ stderr }) => stderr)).size).toBe(1)
    expect(outcomes[0]?.stderr).toMatch(/^3 errors$/m)
  })

  it('host bits set, or a caller that selects nobody, gets its answer and a warning', async () => {
    const name = write(
      documents(
        POD,
        `${MOAT}  callers: [{name: api, podSelector: {matchLabels: {app: apii}}}]\n  egress: [{name: out, cidr: 203.0.113.1/24}]\n`,
      ),
    )
    const outcome = await run([...SIMULATE, name])
    expect(seen(outcome)).toMatchObject(ANSWERED)
    expect(outcome.stderr).toContain(`${name}:12:30: warning: \`203.0.113.1/24\` has bits set`)
    expect(outcome.stderr).toMatch(/warning: .* matches no pod of the input \[moat-peer-selects-nothing\]/)
    expect(outcome.status).toBe(0)
  })
})

describe.concurrent('an input that', () => {
  const unreadable: readonly (readonly [what: string, code: string, make: () => string])[] = [
    ['is not there', 'missing-file', () => 'absent.yaml'],
    ['has no name', 'missing-file', () => ''],
    ['is a URL', 'missing-file', () => 'https://example.invalid/a.yaml'],
    ['is a file where a folder is meant', 'missing-file', () => 'good.yaml/more'],
    [
      'is a folder without manifests',
      'empty-folder',
      () => {
        mkdirSync(join(folder, 'bare'))
        writeFileSync(join(folder, 'bare', 'notes.txt'), 'none')
        return 'bare'
      },
    ],
    ['is empty', 'no-manifests', () => write('')],
    ['has comments only', 'no-manifests', () => write('# nothing\n---\n# nothing\n')],
    [
      'holds objects of no interest',
      'no-manifests',
      () => write('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'),
    ],
    ['is UTF-16', 'invalid-utf8', () => write(Buffer.from('\ufeffkind: Pod\n', 'utf16le'))],
    [
      'has 300 MB',
      'input-too-large',
      () => {
        const name = write('')
        truncateSync(join(folder, name), 300e6)
        return name
      },
    ],
    [
      'has 100 MB of nothing but zero bytes',
      'control-character',
      () => {
        const name = write('')
        truncateSync(join(folder, name), 100e6)
        return name
      },
    ],
  ]

  it.each(unreadable)('%s is refused [%s]', async (_, code, make) => {
    expect(seen(await run([...SIMULATE, make()]))).toEqual(refused(code))
  })

  it('is not UTF-8 is refused at the first wrong byte', async () => {
    const name = write(Buffer.concat([Buffer.from('kind: Pod\n# caf'), Buffer.from([0xe9, 0x0a])]))
    const outcome = await run(['render', name])
    expect(seen(outcome)).toEqual(refused('invalid-utf8'))
    expect(outcome.stderr).toContain(`${name}:2:6: error: `)
  })

  it.skipIf(process.getuid?.() === 0)('may not be read is refused [needs a user who is not root]', async () => {
    const name = write(GOOD)
    chmodSync(join(folder, name), 0)
    expect(seen(await run([...SIMULATE, name]))).toEqual(refused('unreadable-file'))
  })

  it('is a folder with links in a circle and a pipe among its files ends, and says what was not read', async () => {
    mkdirSync(join(folder, 'circle/below'), { recursive: true })
    symlinkSync('..', join(folder, 'circle/below/up'))
    writeFileSync(join(folder, 'circle/below/good.yaml'), GOOD)
    expect((await run(['render', 'circle'])).status).toBe(0)
    execFileSync('mkfifo', [join(folder, 'circle/pipe.yaml')])
    expect(seen(await run(['render', 'circle']))).toEqual(refused('unreadable-file'))
  })

  it('is a pipe by name is read to its end', async () => {
    const script = 'exec "$0" "$@" <(cat good.yaml)'
    const { status } = await run([...SIMULATE], { as: ['bash', '-c', script] })
    expect(status).toBe(0)
  })

  it('is standard input is read once', async () => {
    const outcome = await run([...SIMULATE, '-f', '-'], { input: GOOD })
    expect(outcome.status).toBe(0)
    expect(seen(await run([...SIMULATE, '-f', '-', '-'], { input: GOOD }))).toEqual(refused('stdin-twice'))
    expect(seen(await run([...SIMULATE, '-'], { input: '' }))).toEqual(refused('no-manifests'))
    const broken = await run(['render', '-f', '-'], { input: 'kind: [\n' })
    expect(seen(broken)).toEqual(refused('yaml-syntax'))
    expect(broken.stderr).toContain('<stdin>:1:7: error: ')
  })
})

/** What a run says beside its answer. */
async function remarksOn(text: string): Promise<readonly string[]> {
  const outcome = await run([...SIMULATE, '-o', 'json', write(text)])
  expect(seen(outcome)).toMatchObject(ANSWERED)
  return (JSON.parse(outcome.stdout) as { readonly remarks: readonly string[] }).remarks.filter(
    (remark) => !/^SIMULATED|known by name only/.test(remark),
  )
}

const named = (name: string): string => POD.replace('name: slm', `name: ${name}`)

describe.concurrent('what takes no part in the truth table is said:', () => {
  it('pods that have ended, and a Moat without a pod that runs', async () => {
    const ended = `${named('job')}status: {phase: Succeeded}\n`
    expect(await remarksOn(documents(POD, ended, MOAT))).toEqual([
      'pods that have ended hold no address and are left out: ai/job',
    ])
    expect(await remarksOn(documents(ended, MOAT))).toEqual([
      'pods that have ended hold no address and are left out: ai/job',
      'no pod that runs is selected by Moat ai/slm: nothing is shown of it',
    ])
    expect(await remarksOn(MOAT)).toEqual(['no pod that runs is selected by Moat ai/slm: nothing is shown of it'])
  })

  it('pods on the network of their node', async () => {
    const host = named('agent').replace('app: slm', 'app: agent').replace('spec: {', 'spec: {hostNetwork: true, ')
    expect(await remarksOn(documents(POD, host, MOAT))).toEqual([
      'pods on the network of their node, where no policy applies, are not probed: ai/agent',
    ])
  })

  it('most cells of 150 pods, and most rows of their matrix', async () => {
    const pods = Array.from({ length: 150 }, (_, i) => named(`p${i}`).replace('app: slm', `app: a${i}`))
    const text = documents(POD, ...pods, MOAT)
    expect(await remarksOn(text)).toEqual([
      expect.stringMatching(/^the truth table has \d{6} cells; 5000, most of them of isolated pods, are probed$/),
    ])
    const { stdout } = await run([...SIMULATE, write(text)])
    expect(stdout).toMatch(/^and \d+ more sources, \d+ more destinations: -o json has every cell$/m)
    expect(stdout.split('\n').length).toBeLessThan(250)
  })

  it('replicas beyond two, and outside hosts beyond twelve', async () => {
    const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ai}
spec:
  replicas: 5000
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}
`
    const egress = Array.from({ length: 20 }, (_, i) => `{name: r${i}, cidr: 20.${i}.0.0/24}`)
    expect(await remarksOn(documents(POD, deployment, `${MOAT}  egress: [${egress.join(', ')}]\n`))).toEqual([
      'Deployment ai/web runs 2 of its 5000 replicas',
      expect.stringMatching(/^\d+ outside IPv4 hosts, the first of them .*, are left out$/),
    ])
  })
})

describe.concurrent('names that differ only after 60 characters', () => {
  it('are told apart in every cell', async () => {
    const long = (end: string): string => `${'x'.repeat(70)}${end}`
    const other = named(long('b')).replace('app: slm', 'app: other')
    const text = documents(named(long('a')), other, MOAT)
    const { stdout } = await run([...SIMULATE, '-o', 'json', write(text)])
    const { cells } = JSON.parse(stdout) as UpReport
    const toModel = cells.filter(({ phase, source }) => phase === 'moat' && source === `ai/${long('b')}`)
    expect(toModel.some(({ destination }) => destination === `ai/${long('a')}`)).toBe(true)
    for (const { destination, predicted } of toModel)
      expect(predicted).toBe(destination === `ai/${long('a')}` ? 'Denied' : 'Allowed')
    const { stdout: drawn } = await run([...SIMULATE, write(text)])
    for (const end of ['a', 'b']) expect(drawn).toMatch(new RegExp(`^ai/x+…x+${end} `, 'm'))
  })
})

describe.concurrent('a path with', () => {
  it.each([
    ['spaces', 'a b  c.yaml', 'a b  c.yaml:1:7: error: '],
    ['a line break', 'a\nb.yaml', 'a\\u{a}b.yaml:1:7: error: '],
    ['a colour', 'a\u001b[31mb.yaml', 'a\\u{1b}[31mb.yaml:1:7: error: '],
    ['a word that turns the text around', 'a\u202eb.yaml', 'a\\u{202e}b.yaml:1:7: error: '],
  ])('%s is read, and printed so that a terminal can take it', async (_, name, shown) => {
    const good = await run([...SIMULATE, write(GOOD, `good ${name}`)])
    expect(seen(good)).toMatchObject(ANSWERED)
    const bad = await run(['render', write('kind: [\n', name)])
    expect(seen(bad)).toEqual(refused('yaml-syntax'))
    expect(bad.stderr.startsWith(shown)).toBe(true)
  })
})

describe.concurrent('a terminal', () => {
  const MOAT_COMMAND = [process.execPath, join(ROOT, 'bin/moat.mjs'), ...SIMULATE, 'good.yaml'].join(' ')
  const reason = missing('script')

  /** The same command under a terminal of 40 columns. */
  function atTerminal(env: Readonly<Record<string, string | undefined>>): Promise<Outcome> {
    const script = 'exec script -qec "stty cols 40 rows 24; exec $MOAT_COMMAND" /dev/null'
    // Node takes a CI for a terminal without colours.
    return run([], { as: ['sh', '-c', script], env: { MOAT_COMMAND, TERM: 'xterm', CI: undefined, ...env } })
  }

  it.skipIf(reason)(`gets colours unless NO_COLOR is set [needs ${reason ?? 'script'}]`, async () => {
    const coloured = await atTerminal({ NO_COLOR: undefined })
    const plain = await atTerminal({ NO_COLOR: '1' })
    expect([coloured.status, plain.status]).toEqual([0, 0])
    expect(coloured.stdout).toContain('\u001b[')
    expect(plain.stdout).not.toContain('\u001b[')
    expect(plain.stdout).toContain('PROVEN')
  })

  it.skipIf(reason)(`that is narrow gets lines of at most 60 columns [needs ${reason ?? 'script'}]`, async () => {
    const { stdout } = await atTerminal({ NO_COLOR: '1' })
    expect(Math.max(...stdout.split(/\r?\n/).map((line) => line.length))).toBeLessThanOrEqual(60)
  })

  it('whose reader goes away after one line leaves the exit code as it is, without a word', async () => {
    const first = await run([...SIMULATE, 'good.yaml'], {
      as: ['bash', '-c', '"$0" "$@" | head -n 1; exit ${PIPESTATUS[0]}'],
    })
    expect(first).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^SIMULATED[^\n]*\n$/) })
  })
})

describe.concurrent('a command line with', () => {
  it.each([
    ['no cells', ['up', 'good.yaml', '--max-cells', '0']],
    ['half a cell', ['up', 'good.yaml', '--max-cells', '0.5']],
    ['too many cells', ['up', 'good.yaml', '--max-cells', '1e9']],
    ['an unknown form of output', ['up', 'good.yaml', '-o', 'xml']],
    ['an option without its value', ['up', 'good.yaml', '--model']],
    ['a typo in an option', ['up', 'good.yaml', '--simulte']],
    ['an unknown profile', ['prove', 'good.yaml', '--profile', 'flannel']],
    ['an unknown command', ['upp', 'good.yaml']],
    ['a command that colours the terminal', ['\u001b[31mup\n\u001b[0m']],
    ['an option that clears the screen', ['up', '--\u001b[2J\n']],
    ['a value that clears the screen', ['up', '-o', '\u001b[2J']],
    ['an argument too many', ['doctor', 'good.yaml']],
  ] as const)('%s is refused, and says where to read on', async (_, args) => {
    const outcome = await run(args)
    expect(seen(outcome)).toEqual(refused('usage'))
    expect(outcome.stderr).toMatch(/--help lists what there is$/m)
  })

  it('a model that is not there, or is none, is refused before anything is made', async () => {
    expect(seen(await run(['up', 'good.yaml', '--once', '--model', 'absent.gguf']))).toEqual(refused('model-missing'))
    expect(seen(await run(['up', 'good.yaml', '--once', '--model', 'good.yaml']))).toEqual(refused('model-unreadable'))
    expect(seen(await run(['up', 'good.yaml', '--once'], { env: { MOAT_MODEL: 'absent.gguf' } }))).toEqual(
      refused('model-missing'),
    )
  })
})
