// What the input options of a command do: what is read, listed, assumed and timed.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { load } from './load.ts'

const root = resolve(import.meta.dirname, '../..')

function moat(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(root, 'bin/moat.mjs'), ...args], {
    cwd: root,
    encoding: 'utf8',
    input,
  })
  return { status, stdout, stderr }
}

const MANIFESTS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 5
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
---
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop}
spec: {type: ExternalName, externalName: a.example}
---
apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata: {name: m}
spec: {model: {podSelector: {matchLabels: {app: web}}}}
`

describe('--inputs', () => {
  it('lists what was read, skipped and assumed, on stderr', () => {
    const { status, stdout, stderr } = moat(['render', '-f', '-', '--inputs'], MANIFESTS)
    expect(status).toBe(0)
    expect(stdout).not.toContain('read:')
    expect(stderr.split('\n').slice(0, 10)).toEqual([
      'read: 3 objects of 1 file (Deployment 1, Moat 1, Namespace 1)',
      '  <stdin>: Deployment 1, Moat 1, Namespace 1',
      'skipped: 2 objects',
      '  <stdin>:16:18: ConfigMap shop/settings (v1): decides nothing about traffic',
      '  <stdin>:20:18: Service shop/alias (v1): a DNS alias',
      'assumed:',
      '  2 objects without a namespace: in `default`',
      '  1 namespace without an object: labels unknown but for the name: `default`',
      '  1 workload with more than two pods: two of them stand for all',
      '  2 pods of 2: addresses not known',
    ])
  })

  it('says where nothing was skipped or assumed', () => {
    const stderr = moat(
      ['render', '-f', '-', '--inputs'],
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n',
    ).stderr
    expect(stderr).toContain('skipped: nothing\nassumed: nothing\n')
  })
})

describe('-n', () => {
  it('is the namespace of objects that name none, and takes their warning away', () => {
    expect(moat(['render', '-', '-n', 'models', '-o', 'yaml'], MANIFESTS).stdout).toContain('namespace: models\n')
    const text = `${MANIFESTS}---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {ports: [{port: 80}]}\n`
    expect(moat(['render', '-'], text).stderr).toContain('[namespace-assumed]')
    expect(moat(['render', '-', '-n', 'models'], text).stderr).not.toContain('[namespace-assumed]')
  })

  it('takes a name only', () => {
    expect(moat(['render', '-', '-n', 'Models/x'], MANIFESTS)).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('--timings', () => {
  it('prints the phases that took place on stderr, after all else', () => {
    const { status, stderr } = moat(['render', 'examples/seed', '--timings'])
    expect(status).toBe(0)
    const lines = stderr.slice(stderr.indexOf('timings, ms')).trimEnd().split('\n')
    expect(lines.map((line) => line.split(/\s+/)[0])).toEqual(['timings,', 'read', 'parse', 'decode', 'other', 'total'])
    for (const line of lines.slice(1)) expect(line).toMatch(/^\w+ +\d+\.\d +\d+\.\d$/)
  })
})

describe('a dump of a cluster', () => {
  it('is read from a List of many kinds, as YAML and as JSON', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'x' },
      spec: { containers: [{ name: 'c' }] },
    }
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'x' } }
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [pod, secret],
      metadata: { resourceVersion: '' },
    })
    const { stderr } = moat(['render', '-', '--inputs'], text)
    expect(stderr).toContain('read: 1 object of 1 file (Pod 1)')
    expect(stderr).toContain('Secret x/s (v1)')
  })
})

describe('a path that is no file', () => {
  it('is a revision where it can be meant as one, and missing otherwise', () => {
    const codes = (path: string) => load([path]).diagnostics.map(({ code }) => code)
    expect(codes('no-such-revision:k8s')).toEqual(['unknown-revision'])
    expect(codes('https://example.com/a.yaml')).toEqual(['missing-file'])
    expect(codes('nothing')).toEqual(['missing-file'])
  })
})
