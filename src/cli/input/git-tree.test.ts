// Manifests of git revisions, read without a checkout.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRevision, splitRevision } from './git-tree.ts'

let root: string
const git = (...args: string[]) =>
  execFileSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main', ...args],
    { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' },
  )

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

const HOSTILE = [
  '-x.yaml',
  'a b.yaml',
  'new\nline.yaml',
  'tab\t".yaml',
  'naïve 模型.yaml',
  '$(id);`id`.yaml',
  '\u001b[31m.yaml',
]

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'moat-git-'))
  git('init', '-q')
  for (const path of [
    'k8s/b.yaml',
    'k8s/a/z.json',
    'k8s/a.yaml',
    'k8s/.hidden/x.yaml',
    'k8s/node_modules/x.yaml',
    'k8s/notes.txt',
    'top.yml',
  ])
    write(path, `${path}: 1\n`)
  for (const name of HOSTILE) write(`odd/${name}`, `at: ${JSON.stringify(name)}\n`)
  write('text/readme.md', 'nothing')
  write('overlay/base/kustomization.yaml', 'resources: [a.yaml]\n')
  write('overlay/base/a.yaml', 'a: 1\n')
  write('overlay/plain.yaml', 'plain: 1\n')
  write('links/real.yaml', 'real: 1\n')
  symlinkSync('real.yaml', join(root, 'links/soft.yaml'))
  symlinkSync('/etc/passwd', join(root, 'links/out.yaml'))
  symlinkSync('loop.yaml', join(root, 'links/loop.yaml'))
  git('add', '-A')
  git('commit', '-qm', 'first')
  git('tag', 'first')
  write('top.yml', 'later: 1\n')
  rmSync(join(root, 'k8s'), { recursive: true })
  git('commit', '-qam', 'fix: second')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const read = (spec: string, options = {}) => readRevision(spec, { cwd: root, ...options })
const names = (spec: string, options = {}) => read(spec, options).sources.map(({ name }) => name)
const codes = (spec: string, options = {}) => read(spec, options).diagnostics.map(({ code }) => code)

describe('a revision', () => {
  it('is split from the path at the first colon that is in no braces', () => {
    expect(splitRevision('HEAD~1:k8s/a:b')).toEqual({ revision: 'HEAD~1', path: 'k8s/a:b' })
    expect(splitRevision('HEAD^{/fix: second}:k8s')).toEqual({ revision: 'HEAD^{/fix: second}', path: 'k8s' })
    expect(splitRevision('HEAD')).toBeUndefined()
  })

  it('gives a folder as it was then, as a folder of the disk would be read', () => {
    expect(read('first:k8s').sources).toEqual([
      { name: 'first:k8s/a/z.json', text: 'k8s/a/z.json: 1\n' },
      { name: 'first:k8s/a.yaml', text: 'k8s/a.yaml: 1\n' },
      { name: 'first:k8s/b.yaml', text: 'k8s/b.yaml: 1\n' },
    ])
    expect(names('first:k8s/')).toContain('first:k8s/b.yaml')
    expect(names('HEAD~1:k8s')).toHaveLength(3)
    expect(names('HEAD^{/^first}:k8s')).toHaveLength(3)
  })

  it('gives a single file whatever its name', () => {
    expect(read('first:top.yml').sources).toEqual([{ name: 'first:top.yml', text: 'top.yml: 1\n' }])
    expect(read('HEAD:top.yml').sources[0]?.text).toBe('later: 1\n')
    expect(names('first:k8s/notes.txt')).toEqual(['first:k8s/notes.txt'])
  })

  it('counts the path from here when it begins with a dot', () => {
    const cwd = join(root, 'odd')
    expect(names('first:./', { cwd })).toHaveLength(HOSTILE.length)
    expect(names('first', { cwd })).toHaveLength(HOSTILE.length)
    expect(names('first:../k8s', { cwd })).toHaveLength(3)
    const [diagnostic] = readRevision('first:-x.yaml', { cwd }).diagnostics
    expect(diagnostic).toMatchObject({
      code: 'missing-in-revision',
      help: expect.stringContaining('`first:./-x.yaml`'),
    })
  })

  it('gives files of hostile names with their own contents', () => {
    const { sources, diagnostics } = read('first:odd')
    expect(diagnostics).toEqual([])
    expect(new Map(sources.map(({ name, text }) => [name, text]))).toEqual(
      new Map(HOSTILE.map((name) => [`first:odd/${name}`, `at: ${JSON.stringify(name)}\n`])),
    )
  })

  it('follows links to files of the tree, and no others', () => {
    expect(names('first:links')).toEqual(['first:links/real.yaml'])
    expect(codes('first:links')).toEqual(['unreadable-file', 'unreadable-file'])
  })

  it('that cannot be read says why', () => {
    expect(codes('nothing:k8s')).toEqual(['unknown-revision'])
    expect(codes(':k8s')).toEqual(['unknown-revision'])
    expect(codes('--output=x:k8s')).toEqual(['unknown-revision'])
    expect(codes('HEAD:k8s')).toEqual(['missing-in-revision'])
    expect(codes('HEAD:text')).toEqual(['empty-folder'])
    expect(codes('first:k8s', { cwd: tmpdir() })).toEqual(['not-a-repository'])
    expect(codes('first:k8s', { maxFiles: 2 })).toEqual(['too-many-files'])
    expect(codes('first:k8s', { maxBytes: 20 })).toEqual(['input-too-large'])
  })

  it('without git says that git is missing', () => {
    const path = process.env['PATH']
    process.env['PATH'] = root
    try {
      expect(codes('first:k8s')).toEqual(['git-missing'])
    } finally {
      process.env['PATH'] = path
    }
  })

  it('does not pass the files of a kustomization for what is built of them', () => {
    expect(names('first:overlay')).toEqual(['first:overlay/plain.yaml'])
    expect(codes('first:overlay')).toEqual(['needs-build'])
    expect(codes('first:overlay/base')).toEqual(['needs-build'])
    expect(names('first:overlay', { build: false })).toHaveLength(3)
  })

  it('leaves the repository as it was', () => {
    const before = git('status', '--porcelain', '--ignored')
    const objects = readdirSync(join(root, '.git')).sort()
    read('first:k8s')
    expect(git('status', '--porcelain', '--ignored')).toBe(before)
    expect(readdirSync(join(root, '.git')).sort()).toEqual(objects)
  })
})
