// The program as a process: exit codes, usage errors, help, and readers that go away.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { programOf } from './run.ts'

const moat = resolve(import.meta.dirname, '../../bin/moat.mjs')

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [moat, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('the command line', () => {
  it('lists its commands in the order of the work, without defaults that say nothing', () => {
    const names = [...run('--help').stdout.matchAll(/^  ([a-z]+) {2,}\S/gm)].map(([, name]) => name)
    const work = ['up', 'scan', 'map', 'init', 'render', 'prove', 'explain', 'diff', 'lint', 'stage', 'assert', 'watch']
    const order = [...work, 'doctor', 'help']
    expect(names).toEqual(order)
    for (const name of order.slice(0, -1)) {
      const { stdout, status } = run(name, '--help')
      expect(status).toBe(0)
      expect(stdout).not.toMatch(/default: (?:false|none|all)/)
    }
    expect(run('prove', '--help').stdout.replaceAll(/\s+/g, ' ')).toContain('(text, json; default: text)')
  })

  it('warns where a map would be empty because there is nobody to map', () => {
    const { status, stderr } = run('map', 'examples/seed/policy.yaml')
    expect(status).toBe(0)
    expect(stderr).toContain('[no-pods]')
  })

  it('prints its version and its help on stdout', () => {
    expect(run('--version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    })
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('render'), stderr: '' })
  })

  it('exits with 2 and names the nearest command when a command is unknown', () => {
    expect(run('rnder')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'error: unknown command `rnder` [usage]\n  help: did you mean render\n  help: moat --help lists what there is\n',
    })
  })

  it('exits with 2 and names the nearest option of the command when an option is unknown', () => {
    const { status, stderr } = run('render', '--otput', 'json')
    expect(status).toBe(2)
    expect(stderr).toContain('error: unknown option `--otput` [usage]\n  help: did you mean --output\n')
    expect(stderr).toContain('moat render --help')
  })

  it('exits with 2 when an option has a value that it cannot have', () => {
    const { status, stdout, stderr } = run('render', '-o', 'xml')
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Allowed choices are text, yaml, json')
  })

  it('exits with 2 when nothing is asked', () => {
    expect(run()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Usage: moat') })
  })
})

describe('the program', () => {
  it('lets no command end the process by itself, however deep', async () => {
    const program = programOf([new Command('outer').addCommand(new Command('inner').argument('<name>'))])
    program.commands[0]?.commands[0]?.configureOutput({ writeErr: () => {} })
    await expect(program.parseAsync(['outer', 'inner'], { from: 'user' })).rejects.toMatchObject({
      code: 'commander.missingArgument',
    })
  })
})

/** A program of one command `x` whose action is the given body, run in a process of its own. */
function program(body: string) {
  const runner = pathToFileURL(resolve(import.meta.dirname, 'run.ts')).href
  const text = `
    import { Command } from 'commander'
    import { programOf, run } from ${JSON.stringify(runner)}
    const command = new Command('x').action(async () => { ${body} })
    await run(() => programOf([command]), ['x'])`
  return [['--input-type=module', '-e', text], { cwd: resolve(import.meta.dirname, '../..') }] as const
}

describe('a mistake of the program', () => {
  it.each([
    ['thrown by an action', "throw new Error('boom')"],
    [
      'rejected where nobody listens',
      "void Promise.reject(new Error('boom')); await new Promise((done) => setTimeout(done, 60_000))",
    ],
    [
      'thrown in a callback',
      "setImmediate(() => { throw new Error('boom') }); await new Promise((done) => setTimeout(done, 60_000))",
    ],
  ])('%s exits with 70 and a short report', (_, body) => {
    const [args, options] = program(body)
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { ...options, encoding: 'utf8' })
    expect(status).toBe(70)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^internal error: Error: boom\n/)
    expect(stderr).toContain('not in your input')
    expect(stderr.split('\n').length).toBeLessThan(12)
  })
})

describe('a reader that goes away', () => {
  it('is no error, and leaves the exit code of the command', async () => {
    // More than a pipe holds, written piece by piece after the reader has gone.
    const body = `
      process.exitCode = 1
      for (let i = 0; i < 64; i++) {
        process.stdout.write('x'.repeat(65536))
        await new Promise((done) => setImmediate(done))
      }`
    const [args, options] = program(body)
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdout.once('data', () => child.stdout.destroy())
    const [status] = (await once(child, 'close')) as [number | null]
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
  })
})
