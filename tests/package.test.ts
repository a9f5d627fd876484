// The package as it is published: built, copied without its sources, and run.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'moat-package-'))
const POLICY = join(root, 'examples/seed/policy.yaml')

function moat(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin/moat.mjs'), ...args], {
    encoding: 'utf8',
    cwd: root,
  })
  return { status, stdout, stderr }
}

function fromSource(...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'bin/moat.mjs'), ...args], { encoding: 'utf8', cwd: root })
}

beforeAll(() => {
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`
  execFileSync('npm', ['run', '-s', 'build'], { cwd: root, env: { ...process.env, PATH }, stdio: 'pipe' })
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the built package', () => {
  it('has no sources to fall back on', () => {
    expect(existsSync(join(folder, 'src'))).toBe(false)
  })

  it.each([
    [['--version']],
    [['--help']],
    [['explain', '-f', POLICY]],
    [['map', 'examples/plain-policies']],
    [['render', 'examples/seed/moat.yaml', 'examples/seed/workloads.yaml']],
    [['up', 'examples/seed', '--help']],
  ])('says the same as the sources to %j', (args) => {
    expect(moat(...args)).toMatchObject({ status: 0, stdout: fromSource(...args) })
  })

  it('finds the programs of the sandbox beside itself', () => {
    const { stdout, stderr } = moat('doctor', '-o', 'json')
    expect(stderr).not.toContain('internal error')
    expect(JSON.parse(stdout)).toHaveProperty('capabilities')
  })

  it('is a library too', () => {
    const index = JSON.stringify(join(folder, 'dist/index.js'))
    const script = `const api = await import(${index}); process.stdout.write(Object.keys(api).sort().join())`
    const names = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect(names.split(',')).toEqual(expect.arrayContaining(['createEngine', 'explain', 'parse', 'prove']))
  })
})
