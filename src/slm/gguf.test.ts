// The header of a GGUF file: read when whole, refused with the reason when not, and never a crash.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { randomGguf, TINY } from '../../tests/support/random-gguf.ts'
import { readGguf } from './gguf.ts'
import { BUNDLED_PATH } from './weights.ts'

const folder = mkdtempSync(join(tmpdir(), 'moat-gguf-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const whole = randomGguf()

function read(bytes: Buffer) {
  const path = join(folder, 'model.gguf')
  writeFileSync(path, bytes)
  return readGguf(path)
}

function changed(change: (bytes: Buffer) => void) {
  const bytes = Buffer.from(whole)
  change(bytes)
  return read(bytes)
}

describe('the header of a GGUF file', () => {
  it('says what the model is', () => {
    const { width, feedForward, layers } = TINY
    const vocabularySize = 371
    const perLayer = 4 * width * width + 3 * width * feedForward + 2 * width
    expect(read(whole)).toEqual({
      ok: true,
      model: {
        name: 'random-weights',
        architecture: 'llama',
        parameters: vocabularySize * width + layers * perLayer + width,
        contextLength: 192,
        vocabularySize,
        bytes: whole.length,
        chatTemplate: expect.stringContaining('message') as string,
      },
    })
  })

  it('is that of the bundled model too', () => {
    expect(readGguf(BUNDLED_PATH)).toMatchObject({ ok: true, model: { architecture: 'llama' } })
  })

  it('may be of version 2, and of no other', () => {
    expect(changed((bytes) => bytes.writeUInt32LE(2, 4)).ok).toBe(true)
    for (const version of [0, 1, 4, 0x03000000]) {
      expect(changed((bytes) => bytes.writeUInt32LE(version, 4))).toMatchObject({
        ok: false,
        reason: expect.stringContaining('version'),
      })
    }
  })

  it('is refused at whatever length the file is cut', () => {
    for (let length = 0; length < whole.length; length += 997) {
      expect(read(whole.subarray(0, length))).toMatchObject({ ok: false })
    }
    expect(read(whole.subarray(0, -1))).toMatchObject({ reason: expect.stringContaining('truncated') })
  })

  it.each([
    ['text', Buffer.from('# just a text file with more than 24 characters'), 'it is not a GGUF file'],
    ['nothing', Buffer.alloc(0), 'it is too short to be a GGUF file'],
    ['zeros', Buffer.alloc(4096), 'it is not a GGUF file'],
    ['the old format', Buffer.concat([Buffer.from('ggml'), Buffer.alloc(100)]), 'it is not a GGUF file'],
  ])('is not found in %s', (_, bytes, reason) => {
    expect(read(bytes)).toEqual({ ok: false, reason })
  })

  it('is refused when it claims what no file holds', () => {
    const claims: readonly (readonly [number, string])[] = [
      [8, 'tensors'],
      [16, 'metadata keys'],
      [24, 'bytes of one text'],
    ]
    for (const [at, what] of claims) {
      const result = changed((bytes) => bytes.writeBigUInt64LE(2n ** 63n, at))
      expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(what) })
    }
  })

  it('is refused when it is not that of a language model', () => {
    const result = changed((bytes) => bytes.write('tekens', bytes.indexOf('.tokens') + 1, 'latin1'))
    expect(result).toEqual({ ok: false, reason: 'it is not a language model (architecture `llama`)' })
  })

  it('is not looked for in a folder or where there is no file', () => {
    expect(readGguf(folder)).toEqual({ ok: false, reason: 'it is not a file' })
    expect(readGguf(join(folder, 'absent'))).toEqual({ ok: false, reason: 'it cannot be opened (ENOENT)' })
  })

  it('never makes the reader throw, whatever bytes are changed', () => {
    const header = whole.indexOf('output_norm.weight') + 64
    const changes = fc.array(fc.tuple(fc.nat(header), fc.nat(255)), { minLength: 1, maxLength: 8 })
    let refused = 0
    fc.assert(
      fc.property(changes, (changes) => {
        const result = changed((bytes) => {
          for (const [at, value] of changes) bytes[at] = value
        })
        if (!result.ok) refused++
        expect(result.ok ? result.model.bytes : result.reason.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
    expect(refused).toBeGreaterThan(0)
  })
})
