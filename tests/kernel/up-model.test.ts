// Models that cannot be served, given to the real command: refused with a code, without a namespace where the header tells.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noSandbox } from '../support/skip.ts'
import { eventually, processesOf, ROOT, startMoat } from '../support/up.ts'

const BUNDLED = readFileSync(join(ROOT, 'models/tiny/moat-tiny.gguf'))

/** The bundled model with one text in its header, the next behind `key`, replaced by another of the same length. */
function renamed(key: string, [from, to]: readonly [string, string]): Buffer {
  const at = BUNDLED.indexOf(from, BUNDLED.indexOf(key))
  if (at === -1 || from.length !== to.length) throw new Error(`no ${from} in the model`)
  const bytes = Buffer.from(BUNDLED)
  bytes.write(to, at, 'latin1')
  return bytes
}

const headerTells: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['nothing at all', Buffer.alloc(0)],
  ['a text', Buffer.from('apiVersion: v1\nkind: Pod\n')],
  ['zero bytes', Buffer.alloc(1 << 20)],
  ['the beginning of a model', BUNDLED.subarray(0, 100)],
  ['half a model', BUNDLED.subarray(0, BUNDLED.length >> 1)],
  ['a model without its last byte', BUNDLED.subarray(0, -1)],
  ['a count beyond all measure', Buffer.concat([BUNDLED.subarray(0, 8), Buffer.alloc(16, 0xff), BUNDLED.subarray(24)])],
]

const onlyTheRuntimeTells: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['an unknown tokenizer', renamed('tokenizer.ggml.model', ['llama', 'lXama'])],
  ['a tensor under another name', renamed('', ['blk.0.attn_k.weight', 'blk.0.attn_X.weight'])],
]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'moat-model-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function serve(bytes: Buffer) {
  const file = join(folder, 'given.gguf')
  writeFileSync(file, bytes)
  const run = startMoat(['up', 'examples/seed', '--once', '--model', file, '-o', 'json'])
  const outcome = await run.ended
  const gone = await eventually(() => processesOf(run).length === 0)
  return { ...outcome, gone }
}

describe.skipIf(noSandbox())(`moat up --model FILE [${noSandbox() ?? 'sandbox'}]`, () => {
  it.each(headerTells)('with %s is refused before anything is made', async (_, bytes) => {
    const { status, stdout, stderr, leftFiles, gone } = await serve(bytes)
    expect({ status, stdout, leftFiles, gone }).toEqual({ status: 2, stdout: '', leftFiles: [], gone: true })
    expect(stderr).toMatch(/^error: the model `.*given\.gguf` cannot be used: .* \[model-unreadable\]$/m)
    expect(stderr).not.toContain('moat up:')
  })

  it.each(onlyTheRuntimeTells)('with %s is refused by the pod that should serve it', async (_, bytes) => {
    const { status, stdout, stderr, leftFiles, gone } = await serve(bytes)
    expect({ status, stdout, leftFiles, gone }).toEqual({ status: 2, stdout: '', leftFiles: [], gone: true })
    expect(stderr).toMatch(/^error: the model `.*given\.gguf` cannot be used: .* \[model-unreadable\]$/m)
    expect(stderr).toContain('ai-models/slm')
    expect(stderr).not.toMatch(/internal error|^ +at /m)
  })
})
