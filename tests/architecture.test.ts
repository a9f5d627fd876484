// The direction of dependencies, checked: who may import whom, and that pure folders stay pure.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')

/** Folder -> the folders it may import from, besides itself. The engine and nft are each other's oracle: never linked. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  sets: [],
  diag: [],
  policy: ['sets', 'diag'],
  parse: ['sets', 'diag', 'policy'],
  engine: ['sets', 'diag', 'policy'],
  nft: ['sets', 'diag', 'policy'],
  intent: ['sets', 'diag', 'policy'],
  analysis: ['sets', 'diag', 'policy', 'engine', 'intent'],
  render: ['sets', 'diag', 'policy', 'engine', 'analysis', 'intent'],
  edit: ['sets', 'diag', 'policy', 'parse', 'engine', 'analysis', 'intent', 'render'],
  sandbox: ['sets', 'diag', 'policy', 'parse', 'engine', 'nft', 'analysis', 'intent', 'render'],
  slm: ['diag'],
  cluster: ['sets', 'diag', 'policy', 'parse', 'engine', 'nft', 'analysis', 'intent', 'render'],
  console: [
    'sets',
    'diag',
    'policy',
    'parse',
    'engine',
    'nft',
    'analysis',
    'intent',
    'render',
    'edit',
    'sandbox',
    'slm',
    'cluster',
  ],
  cli: [
    'sets',
    'diag',
    'policy',
    'parse',
    'engine',
    'nft',
    'analysis',
    'intent',
    'render',
    'edit',
    'sandbox',
    'slm',
    'cluster',
    'console',
  ],
}

/** Pure folders and the packages named for them; no `node:` builtin in any. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  sets: [],
  diag: [],
  policy: [],
  parse: ['js-yaml', 'valibot'],
  engine: [],
  nft: [],
  intent: [],
  analysis: [],
  render: [],
  edit: [],
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourceFiles(path)
    return path.endsWith('.ts') && !path.endsWith('.test.ts') ? [path] : []
  })
}

interface Import {
  readonly file: string
  readonly folder: string
  readonly to: string
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const file = relative(root, path)
  const folder = relative(src, path).split('/')[0] as string
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  )
  return [...found].map((match) => ({ file, folder, to: (match[1] ?? match[2] ?? match[3]) as string }))
}

const imports = sourceFiles(src).flatMap(importsOf)

function target(path: string, to: string): string {
  return relative(src, resolve(root, dirname(path), to)).split('/')[0] as string
}

describe('the layers', () => {
  it('are found: this test reads real imports', () => {
    expect(imports.length).toBeGreaterThan(10)
  })

  it('import only downwards', () => {
    const wrong = imports
      .filter(({ folder, to }) => to.startsWith('.') && folder in MAY_IMPORT)
      .filter(({ file, folder, to }) => {
        const other = target(file, to)
        return other !== folder && !(MAY_IMPORT[folder] ?? []).includes(other)
      })
    expect(wrong).toEqual([])
  })

  it('have a row for every folder', () => {
    const folders = readdirSync(src).filter((name) => statSync(join(src, name)).isDirectory())
    expect(folders.filter((name) => !(name in MAY_IMPORT))).toEqual([])
  })

  it('keep the pure folders free of node and of packages that are not named for them', () => {
    const wrong = imports.filter(({ folder, to }) => {
      const packages = PURE_PACKAGES[folder]
      if (!packages || to.startsWith('.')) return false
      return !packages.some((name) => to === name || to.startsWith(`${name}/`))
    })
    expect(wrong).toEqual([])
  })
})

describe('the client library of Kubernetes', () => {
  const NAME = '@kubernetes/client-node'
  const files = sourceFiles(src).map((path) => ({ file: relative(root, path), text: readFileSync(path, 'utf8') }))

  it('is used by one file, loaded only when a cluster is asked', () => {
    const users = imports.filter(({ to }) => to.startsWith(NAME)).map(({ file }) => file)
    expect(new Set(users)).toEqual(new Set(['src/cluster/api/kube-config.ts']))
    const eager = files.filter(({ text }) => /^import (?!type\b)[^'"]*['"]@kubernetes\/client-node/m.test(text))
    expect(eager).toEqual([])
  })

  it('never carries objects: its typed clients drop `from` of a policy, which opens the rule to everyone', () => {
    const typed = /\b(?:makeApiClient|KubernetesObjectApi|makeInformer|loadYaml|dumpYaml|[A-Z]\w*V\d\w*Api)\b/
    expect(files.filter(({ text }) => typed.test(text)).map(({ file }) => file)).toEqual([])
  })
})

describe('the house style', () => {
  it('keeps every source file within 400 lines and opens it with a comment', () => {
    const wrong = sourceFiles(src).filter((path) => {
      const lines = readFileSync(path, 'utf8').split('\n')
      return lines.length > 401 || !/^(\/\/|#!|\/\*)/.test(lines[0] as string)
    })
    expect(wrong).toEqual([])
  })

  it('has no file named for nothing', () => {
    expect(sourceFiles(src).filter((path) => /\/(utils?|helpers?|common|types|misc)\.ts$/.test(path))).toEqual([])
  })
})
