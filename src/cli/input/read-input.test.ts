import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatDiagnostic } from '../../diag/diagnostic.ts'
import { readInput, type ReadOptions } from './read-input.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'moat-read-input-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, content: string | Buffer = 'a: 1\n'): string {
  const full = join(root, path)
  mkdirSync(join(full, '..'), { recursive: true })
  writeFileSync(full, content)
  return full
}

/** Names of what was read, without the temporary folder. */
function names(paths: readonly string[], options?: ReadOptions): string[] {
  return readInput(paths, options).sources.map(({ name }) => name.replace(`${root}/`, ''))
}

function codes(paths: readonly string[], options?: ReadOptions): string[] {
  return readInput(paths, options).diagnostics.map(({ code }) => code)
}

describe('files', () => {
  it('are read as they were named, in the order of the arguments', () => {
    const b = write('b.yaml', 'b: 2\n')
    const a = write('a.txt', 'a: 1\n')
    expect(readInput([b, a])).toEqual({
      sources: [
        { name: b, text: 'b: 2\n' },
        { name: a, text: 'a: 1\n' },
      ],
      diagnostics: [],
    })
  })

  it('that are named twice, or also lie in a named folder, are read once', () => {
    const a = write('d/a.yaml')
    write('d/b.yaml')
    symlinkSync(a, join(root, 'link.yaml'))
    expect(names([a, join(root, 'd'), join(root, 'link.yaml'), a])).toEqual(['d/a.yaml', 'd/b.yaml'])
  })

  it('that are not there are errors; the others are read all the same', () => {
    const a = write('a.yaml')
    const { sources, diagnostics } = readInput([join(root, 'nothing.yaml'), a, `${a}/b`])
    expect(sources).toHaveLength(1)
    expect(diagnostics.map(formatDiagnostic).map((text) => text.replaceAll(root, ''))).toEqual([
      'error: there is no file or folder `/nothing.yaml` [missing-file]',
      'error: there is no file or folder `/a.yaml/b` [missing-file]',
    ])
    expect(readInput(['https://example.com/a.yaml']).diagnostics[0]?.help).toContain('curl')
  })

  it('with a byte order mark are read without it', () => {
    expect(readInput([write('a.yaml', '\ufeffa: 1\n')]).sources[0]?.text).toBe('a: 1\n')
  })

  it('that are no UTF-8 are errors at the first wrong byte', () => {
    const latin = write('latin.yaml', Buffer.from('a: \ufffd\nb: caf\u00e9\n').subarray(0))
    expect(codes([latin])).toEqual([])
    const bytes = Buffer.concat([Buffer.from('a: \ufffd\nb: caf'), Buffer.from([0xe9]), Buffer.from('\n')])
    const [diagnostic] = readInput([write('wrong.yaml', bytes)]).diagnostics
    expect(diagnostic?.code).toBe('invalid-utf8')
    expect(diagnostic && formatDiagnostic(diagnostic)).toContain('wrong.yaml:2:7:')
    const marked = Buffer.concat([Buffer.from('\ufeffa: '), Buffer.from([0xff])])
    expect(readInput([write('marked.yaml', marked)]).diagnostics[0]?.span?.start).toBe(3)
    const wide = readInput([write('wide.yaml', Buffer.from('\ufeffa: 1', 'utf16le'))]).diagnostics[0]
    expect(wide?.message).toContain('UTF-16')
  })

  it('beyond the limits are errors, alone or together', () => {
    const a = write('a.yaml', 'a'.repeat(100))
    const b = write('b.yaml', 'b'.repeat(100))
    expect(codes([a], { maxFileBytes: 99 })).toEqual(['input-too-large'])
    expect(codes([a], { maxFileBytes: 100 })).toEqual([])
    expect(codes([a, b], { maxTotalBytes: 199 })).toEqual(['input-too-large'])
    expect(codes([a, b], { maxTotalBytes: 200 })).toEqual([])
    expect(codes(['/dev/zero'], { maxFileBytes: 1_000_000 })).toEqual(['input-too-large'])
  })

  it.skipIf(process.getuid?.() === 0)('that may not be read are errors [needs a user who is not root]', () => {
    const a = write('a.yaml')
    chmodSync(a, 0)
    expect(codes([a])).toEqual(['unreadable-file'])
  })

  it('may be empty', () => {
    expect(readInput([write('a.yaml', '')]).sources[0]?.text).toBe('')
  })
})

describe('folders', () => {
  it('are read with all below them, in the order of names', () => {
    for (const path of ['b.yml', 'a/z.json', 'a/B.YAML', 'a/b/c.yaml', 'a.yaml', 'Z.yaml', 'notes.txt', 'values'])
      write(path)
    expect(names([root])).toEqual(['Z.yaml', 'a/B.YAML', 'a/b/c.yaml', 'a/z.json', 'a.yaml', 'b.yml'])
  })

  it('that are hidden or node_modules are not entered', () => {
    for (const path of ['.git/a.yaml', 'node_modules/a.json', 'k8s/a.yaml', 'k8s/.hidden.yaml']) write(path)
    expect(names([root])).toEqual(['k8s/.hidden.yaml', 'k8s/a.yaml'])
    expect(names([join(root, '.git')])).toEqual(['.git/a.yaml'])
  })

  it('without manifests are errors', () => {
    write('notes.txt')
    mkdirSync(join(root, 'empty'))
    expect(codes([root])).toEqual(['empty-folder'])
    expect(codes([join(root, 'empty')])).toEqual(['empty-folder'])
  })

  it('with links in a circle, or to nowhere, end', () => {
    write('a/b.yaml')
    symlinkSync(root, join(root, 'a/up'))
    expect(names([root])).toEqual(['a/b.yaml'])
    expect(codes([root, root])).toEqual([])
    symlinkSync(join(root, 'nowhere'), join(root, 'a/dangling.yaml'))
    expect(codes([root])).toEqual(['unreadable-file'])
  })

  it('with too many files say so once', () => {
    for (let i = 0; i < 30; i++) write(`d${i % 3}/${i}.yaml`)
    const { sources, diagnostics } = readInput([root], { maxFiles: 7 })
    expect([sources.length, diagnostics.map(({ code }) => code)]).toEqual([7, ['too-many-files']])
  })

  it('with a pipe among the manifests do not wait for it', () => {
    write('a.yaml')
    execFileSync('mkfifo', [join(root, 'pipe.yaml')])
    expect([names([root]), codes([root])]).toEqual([['a.yaml'], ['unreadable-file']])
  })
})

describe('standard input', () => {
  it('is read where `-` stands', () => {
    const stdin = openSync(write('in', 'a: 1\n'), 'r')
    const b = write('b.yaml')
    expect(names([b, '-'], { stdin })).toEqual(['b.yaml', '<stdin>'])
    closeSync(stdin)
  })

  it('can be named once', () => {
    const stdin = openSync(write('in', 'a: 1\n'), 'r')
    const { sources, diagnostics } = readInput(['-', '-'], { stdin })
    expect([sources.length, diagnostics.map(({ code }) => code)]).toEqual([1, ['stdin-twice']])
    closeSync(stdin)
  })

  it('that is closed is an error', () => {
    const stdin = openSync(write('in'), 'r')
    closeSync(stdin)
    expect(codes(['-'], { stdin })).toEqual(['unreadable-file'])
  })

  it('from a slow pipe is read to its end', () => {
    const script = `
      import { readInput } from ${JSON.stringify(join(import.meta.dirname, 'read-input.ts'))}
      process.stdout.write(JSON.stringify(readInput(['-'])))`
    const output = execFileSync(
      'sh',
      [
        '-c',
        `(echo a: 1; sleep 0.3; echo b: 2) | "$0" --input-type=module-typescript -e "$1"`,
        process.execPath,
        script,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
    expect(JSON.parse(output)).toEqual({ sources: [{ name: '<stdin>', text: 'a: 1\nb: 2\n' }], diagnostics: [] })
  })
})
