// Kustomizations and charts, built by programs that the test writes: what they get, and what is made of what they say.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatDiagnostic } from '../../diag/diagnostic.ts'
import { load, type LoadOptions } from '../load.ts'

let root: string
const path = process.env['PATH']
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'moat-build-'))
  mkdirSync(join(root, 'bin'))
  mkdirSync(join(root, 'app/base'), { recursive: true })
  writeFileSync(join(root, 'app/base/raw.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: raw}\n')
  process.env['PATH'] = join(root, 'bin')
})
afterEach(() => {
  process.env['PATH'] = path
  rmSync(root, { recursive: true, force: true })
})

const kustomization = (folder = 'app') =>
  writeFileSync(join(root, folder, 'kustomization.yaml'), 'resources: [base/raw.yaml]\n')
const chart = () => writeFileSync(join(root, 'app/Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n')

/** A program of the name; its body is a shell script. */
function program(name: string, body: string): void {
  const file = join(root, 'bin', name)
  writeFileSync(file, `#!/bin/sh\necho "$0 $*" >> ${join(root, 'calls')}\n${body}\n`)
  chmodSync(file, 0o755)
}

const NAMESPACE = `printf 'apiVersion: v1\\nkind: Namespace\\nmetadata: {name: built}\\n'`
const answer = (folder = 'app', options: LoadOptions = {}) => load([join(root, folder)], options)
const said = (folder?: string, options?: LoadOptions) =>
  answer(folder, options).diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).replaceAll(`${root}/`, ''))
const calls = () => readFileSync(join(root, 'calls'), 'utf8').replaceAll(`${root}/`, '').trim().split('\n')

describe('a folder that is a kustomization', () => {
  it('is built by kustomize, else by kubectl, and its files are not read', () => {
    kustomization()
    program('kubectl', NAMESPACE)
    const loaded = answer()
    expect(loaded.diagnostics).toEqual([])
    expect([...loaded.written.namespaces.keys()]).toEqual(['built'])
    expect(loaded.sources.map(({ name }) => name.replace(`${root}/`, ''))).toEqual(['kubectl kustomize app'])
    program('kustomize', NAMESPACE)
    answer()
    expect(calls()).toEqual(['bin/kubectl kustomize app', 'bin/kustomize build app'])
  })

  it('without a program to build it is an error that names the commands', () => {
    kustomization()
    expect(said()).toEqual([
      [
        'app/kustomization.yaml:1:1: error: `app` is a kustomization, and there is no `kustomize` or `kubectl` on the path to build it [build-tool-missing]',
        ' 1 | resources: [base/raw.yaml]',
        '   | ^^^^^^^^^^^^^^^^^^^^^^^^^^',
        '  help: where there is one, run `kustomize build app` or `kubectl kustomize app` and pipe it into moat with `-f -`',
      ].join('\n'),
    ])
  })

  it('that cannot be built is an error with all that the program says', () => {
    kustomization()
    program('kustomize', 'echo "first line" >&2; echo "second line" >&2; exit 1')
    const [text, ...others] = said()
    expect(others).toEqual([])
    expect(text).toContain('error: `kustomize build app` failed: first line [build-failed]')
    expect(text).toContain('  note: second line\n')
    expect(answer().usable).toBe(false)
  })

  it('whose program warns is read, with a note', () => {
    kustomization()
    program('kustomize', `echo "# Warning: old field" >&2; ${NAMESPACE}`)
    expect(said().map((text) => text.split('\n')[0])).toEqual([
      'app/kustomization.yaml:1:1: note: `kustomize build app`: Warning: old field [build-remark]',
    ])
    expect(answer().usable).toBe(true)
  })

  it('inside of a named folder is not guessed about', () => {
    kustomization()
    program('kustomize', NAMESPACE)
    mkdirSync(join(root, 'all'))
    writeFileSync(join(root, 'all/ns.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: plain}\n')
    mkdirSync(join(root, 'all/app'))
    kustomization('all/app')
    const { written, usable, diagnostics } = answer('all')
    expect([...written.namespaces.keys()]).toEqual(['plain'])
    expect([usable, diagnostics.map(({ code }) => code)]).toEqual([false, ['needs-build']])
  })

  it('is read file by file where that is asked for', () => {
    kustomization()
    const loaded = answer('app', { build: false })
    expect(loaded.diagnostics.map(({ code }) => code)).toEqual(['kustomization-not-applied'])
    expect([...loaded.written.namespaces.keys()]).toEqual(['raw'])
  })

  it('gets no network: proxies lead nowhere, and git may fetch from files only', () => {
    kustomization()
    program('kustomize', `echo "$HTTPS_PROXY $GIT_ALLOW_PROTOCOL" > ${join(root, 'env')}; ${NAMESPACE}`)
    answer()
    expect(readFileSync(join(root, 'env'), 'utf8')).toBe('http://127.0.0.1:9 file\n')
  })
})

describe('a folder that is a Helm chart', () => {
  it('is rendered without its tests, for the namespace that is said', () => {
    chart()
    program('helm', NAMESPACE)
    expect([...answer().written.namespaces.keys()]).toEqual(['built'])
    answer('app', { namespace: 'models' })
    expect(calls()).toEqual([
      'bin/helm template app --skip-tests',
      'bin/helm template app --skip-tests --namespace models',
    ])
  })

  it('whose dependencies are missing shows what helm says of it', () => {
    chart()
    program('helm', 'echo "Error: found in Chart.yaml, but missing in charts/ directory: redis" >&2; exit 1')
    expect(said()[0]).toContain(
      'failed: Error: found in Chart.yaml, but missing in charts/ directory: redis [build-failed]',
    )
  })

  it('without helm is an error that names the command', () => {
    chart()
    expect(said()[0]).toContain('help: where there is one, run `helm template app --skip-tests` and pipe it')
  })
})
