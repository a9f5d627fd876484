// Reads the header of a GGUF file: what the model is, and whether the file is whole, before native code sees it.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** What the server needs to know about a model, from its own metadata. */
export interface GgufModel {
  /** `general.name`, or an empty text when the file has none. */
  readonly name: string
  readonly architecture: string
  /** Number of weights, counted over all tensors. */
  readonly parameters: number
  /** Tokens the model was trained to see at once; 0 when the file does not say. */
  readonly contextLength: number
  readonly vocabularySize: number
  readonly bytes: number
  /** The Jinja text that turns messages into a prompt, where the file has one. */
  readonly chatTemplate?: string
}

export type GgufResult =
  | { readonly ok: true; readonly model: GgufModel }
  /** `reason` completes the sentence "the file cannot be used: …". */
  | { readonly ok: false; readonly reason: string }

const BLOCK = 1 << 20
/** A header that claims more than this is not one of a model for one machine. */
const MOST_ENTRIES = 1 << 17
const MOST_ELEMENTS = 1 << 24
const MOST_TEXT = 1 << 24

/** Bytes of the fixed-size metadata types, by GGUF's type number; 8 is text and 9 an array. */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}
const TEXT = 8
const ARRAY = 9

/** Weights per block and bytes per block, by ggml's tensor type number. A number that is not here is not checked for its size. */
const TENSOR_BLOCKS: Readonly<Record<number, readonly [weights: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  20: [32, 18],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  30: [1, 2],
  39: [32, 17],
}

class Unusable extends Error {}

/** Walks over the file from its beginning; every read is checked against the file's length. */
class Cursor {
  readonly #file: number
  readonly size: number
  #block = Buffer.alloc(0)
  #start = 0
  offset = 0

  constructor(file: number, size: number) {
    this.#file = file
    this.size = size
  }

  take(length: number): Buffer {
    if (this.offset + length > this.size) throw new Unusable('it ends inside its header: truncated')
    const within = this.offset - this.#start
    if (within < 0 || within + length > this.#block.length) {
      this.#block = Buffer.alloc(Math.min(Math.max(BLOCK, length), this.size - this.offset))
      readSync(this.#file, this.#block, 0, this.#block.length, this.offset)
      this.#start = this.offset
    }
    const from = this.offset - this.#start
    this.offset += length
    return this.#block.subarray(from, from + length)
  }

  u32(): number {
    return this.take(4).readUInt32LE()
  }

  count(most: number, what: string): number {
    const value = this.take(8).readBigUInt64LE()
    if (value > BigInt(most)) throw new Unusable(`it claims ${value} ${what}: corrupt`)
    return Number(value)
  }

  text(): string {
    return this.take(this.count(MOST_TEXT, 'bytes of one text')).toString('utf8')
  }
}

type Scalar = string | number | boolean | { readonly elements: number }

function number(bytes: Buffer, type: number): number | boolean {
  switch (type) {
    case 0:
      return bytes.readUInt8()
    case 1:
      return bytes.readInt8()
    case 2:
      return bytes.readUInt16LE()
    case 3:
      return bytes.readInt16LE()
    case 4:
      return bytes.readUInt32LE()
    case 5:
      return bytes.readInt32LE()
    case 6:
      return bytes.readFloatLE()
    case 7:
      return bytes[0] !== 0
    case 10:
      return Number(bytes.readBigUInt64LE())
    case 11:
      return Number(bytes.readBigInt64LE())
    default:
      return bytes.readDoubleLE()
  }
}

/** One metadata value; of an array only the length is kept. */
function value(cursor: Cursor, type: number): Scalar {
  if (type === TEXT) return cursor.text()
  const size = VALUE_BYTES[type]
  if (size !== undefined) return number(cursor.take(size), type)
  if (type !== ARRAY) throw new Unusable(`it has a metadata value of the unknown type ${type}: corrupt`)
  const inner = cursor.u32()
  const elements = cursor.count(MOST_ELEMENTS, 'elements of one array')
  if (inner === TEXT) for (let i = 0; i < elements; i++) cursor.text()
  else if (VALUE_BYTES[inner] !== undefined) skip(cursor, elements * VALUE_BYTES[inner])
  else throw new Unusable(`it has an array of the unknown type ${inner}: corrupt`)
  return { elements }
}

function skip(cursor: Cursor, length: number): void {
  if (cursor.offset + length > cursor.size) throw new Unusable('it ends inside its header: truncated')
  cursor.offset += length
}

interface Tensor {
  readonly name: string
  readonly weights: number
  /** Bytes of its data, or `undefined` where the type is not known here. */
  readonly bytes: number | undefined
  readonly offset: number
}

function tensor(cursor: Cursor): Tensor {
  const name = cursor.text()
  const dimensions = cursor.u32()
  if (dimensions > 4) throw new Unusable(`its tensor \`${name}\` has ${dimensions} dimensions: corrupt`)
  let weights = 1
  for (let i = 0; i < dimensions; i++) weights *= cursor.count(Number.MAX_SAFE_INTEGER, 'rows of one tensor')
  if (weights === 0 || !Number.isSafeInteger(weights))
    throw new Unusable(`its tensor \`${name}\` has an impossible size: corrupt`)
  const block = TENSOR_BLOCKS[cursor.u32()]
  const offset = cursor.count(Number.MAX_SAFE_INTEGER, 'as the offset of a tensor')
  return { name, weights, offset, bytes: block && Math.ceil(weights / block[0]) * block[1] }
}

function read(cursor: Cursor): GgufModel {
  if (cursor.size < 24) throw new Unusable('it is too short to be a GGUF file')
  if (cursor.take(4).toString('latin1') !== 'GGUF') throw new Unusable('it is not a GGUF file')
  const version = cursor.u32()
  if (version !== 2 && version !== 3) throw new Unusable(`its GGUF version is ${version}, only 2 and 3 are known`)
  const tensorCount = cursor.count(MOST_ENTRIES, 'tensors')
  const keyCount = cursor.count(MOST_ENTRIES, 'metadata keys')
  const metadata = new Map<string, Scalar>()
  for (let i = 0; i < keyCount; i++) metadata.set(cursor.text(), value(cursor, cursor.u32()))
  const tensors = Array.from({ length: tensorCount }, () => tensor(cursor))

  const alignment = metadata.get('general.alignment') ?? 32
  if (typeof alignment !== 'number' || alignment < 1) throw new Unusable('its alignment is not a number: corrupt')
  const data = Math.ceil(cursor.offset / alignment) * alignment
  for (const { name, offset, bytes } of tensors) {
    if (data + offset + (bytes ?? 1) > cursor.size) {
      throw new Unusable(`its tensor \`${name}\` lies beyond the end of the file: truncated`)
    }
  }
  return described(metadata, tensors, cursor.size)
}

function described(metadata: ReadonlyMap<string, Scalar>, tensors: readonly Tensor[], bytes: number): GgufModel {
  const architecture = metadata.get('general.architecture')
  const vocabulary = metadata.get('tokenizer.ggml.tokens')
  if (typeof architecture !== 'string') throw new Unusable('it does not name its architecture')
  if (typeof vocabulary !== 'object' || tensors.length === 0) {
    throw new Unusable(`it is not a language model (architecture \`${architecture}\`)`)
  }
  const name = metadata.get('general.name')
  const context = metadata.get(`${architecture}.context_length`)
  const template = metadata.get('tokenizer.chat_template')
  return {
    name: typeof name === 'string' ? name : '',
    architecture,
    parameters: tensors.reduce((sum, { weights }) => sum + weights, 0),
    contextLength: typeof context === 'number' ? context : 0,
    vocabularySize: vocabulary.elements,
    bytes,
    ...(typeof template === 'string' ? { chatTemplate: template } : {}),
  }
}

/** Reads and checks the header of a file. Never throws for what stands in the file, nor for a file that is missing. */
export function readGguf(path: string): GgufResult {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    return { ok: false, reason: `it cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` }
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return { ok: false, reason: 'it is not a file' }
    return { ok: true, model: read(new Cursor(file, stat.size)) }
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, reason: error.message }
    return { ok: false, reason: `reading it failed (${(error as NodeJS.ErrnoException).code ?? String(error)})` }
  } finally {
    closeSync(file)
  }
}
