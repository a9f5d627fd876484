// Writes a GGUF with seeded random weights: real in every way but its training, so that the reader and the server can be tried at any shape.
import { Buffer } from 'node:buffer'

export interface Shape {
  readonly width: number
  readonly feedForward: number
  readonly layers: number
  readonly heads: number
  readonly context: number
}

export const TINY: Shape = { width: 64, feedForward: 128, layers: 2, heads: 4, context: 192 }

const ALIGNMENT = 32
const STRING = 8
const ARRAY = 9

/** One metadata value: GGUF's type number and the bytes. */
interface Value {
  readonly type: number
  readonly bytes: Buffer
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(bytes.length), bytes])
}

function float(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

const string = (value: string): Value => ({ type: STRING, bytes: text(value) })
const uint = (value: number): Value => ({ type: 4, bytes: u32(value) })
const single = (value: number): Value => ({ type: 6, bytes: float(value) })
const bool = (value: boolean): Value => ({ type: 7, bytes: Buffer.from([value ? 1 : 0]) })

function array(type: number, items: readonly Buffer[]): Value {
  return { type: ARRAY, bytes: Buffer.concat([u32(type), u64(items.length), ...items]) }
}

function signed(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** Park and Miller's generator: the same weights for the same seed on every machine. */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647 - 0.5
  }
}

/** Unknown, begin, end, the two turn marks of the chat template, the 256 byte tokens, then letters and pairs of letters. */
function vocabulary(): { readonly tokens: string[]; readonly types: number[] } {
  const special = ['<unk>', '<s>', '</s>', '<|user|>', '<|assistant|>']
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
  const letters = ['abcdefghijklmnopqrstuvwxyz'.split(''), '\u2581', '.', ',', '?'].flat()
  const pairs = letters.slice(0, 20).flatMap((a) => ['e', 'a', 'n', '\u2581'].map((b) => a + b))
  return {
    tokens: [...special, ...bytes, ...letters, ...pairs],
    types: [
      ...special.map((_, i) => (i === 0 ? 2 : 3)),
      ...bytes.map(() => 6),
      ...letters.map(() => 1),
      ...pairs.map(() => 1),
    ],
  }
}

const TEMPLATE =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"

function metadata(shape: Shape, name: string): Readonly<Record<string, Value>> {
  const { tokens, types } = vocabulary()
  return {
    'general.architecture': string('llama'),
    'general.name': string(name),
    'general.file_type': uint(0),
    'general.alignment': uint(ALIGNMENT),
    'llama.context_length': uint(shape.context),
    'llama.embedding_length': uint(shape.width),
    'llama.block_count': uint(shape.layers),
    'llama.feed_forward_length': uint(shape.feedForward),
    'llama.attention.head_count': uint(shape.heads),
    'llama.attention.head_count_kv': uint(shape.heads),
    'llama.attention.layer_norm_rms_epsilon': single(1e-5),
    'llama.rope.dimension_count': uint(shape.width / shape.heads),
    'llama.rope.freq_base': single(10000),
    'llama.vocab_size': uint(tokens.length),
    'tokenizer.ggml.model': string('llama'),
    'tokenizer.ggml.tokens': array(STRING, tokens.map(text)),
    'tokenizer.ggml.scores': array(
      6,
      tokens.map((_, i) => float(-i)),
    ),
    'tokenizer.ggml.token_type': array(5, types.map(signed)),
    'tokenizer.ggml.bos_token_id': uint(1),
    'tokenizer.ggml.eos_token_id': uint(2),
    'tokenizer.ggml.unknown_token_id': uint(0),
    'tokenizer.ggml.add_bos_token': bool(true),
    'tokenizer.ggml.add_space_prefix': bool(false),
    'tokenizer.chat_template': string(TEMPLATE),
  }
}

/** Tensor name -> dimensions as GGUF writes them: the row length first. */
function tensors(shape: Shape): readonly (readonly [string, readonly number[]])[] {
  const { width, feedForward } = shape
  const blocks = Array.from({ length: shape.layers }, (_, i): (readonly [string, readonly number[]])[] => [
    [`blk.${i}.attn_norm.weight`, [width]],
    [`blk.${i}.attn_q.weight`, [width, width]],
    [`blk.${i}.attn_k.weight`, [width, width]],
    [`blk.${i}.attn_v.weight`, [width, width]],
    [`blk.${i}.attn_output.weight`, [width, width]],
    [`blk.${i}.ffn_norm.weight`, [width]],
    [`blk.${i}.ffn_gate.weight`, [width, feedForward]],
    [`blk.${i}.ffn_up.weight`, [width, feedForward]],
    [`blk.${i}.ffn_down.weight`, [feedForward, width]],
  ]).flat()
  return [['token_embd.weight', [width, vocabulary().tokens.length]], ...blocks, ['output_norm.weight', [width]]]
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT
}

/** The bytes of a version 3 GGUF of a llama-architecture chat model with single-precision weights. */
export function randomGguf(shape: Shape = TINY, seed = 7, name = 'random-weights'): Buffer {
  const random = uniform(seed)
  const list = tensors(shape)
  const keys = Object.entries(metadata(shape, name))
  const header: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(list.length), u64(keys.length)]
  for (const [key, value] of keys) header.push(text(key), u32(value.type), value.bytes)
  let offset = 0
  const data: Buffer[] = []
  for (const [key, dimensions] of list) {
    const count = dimensions.reduce((a, b) => a * b, 1)
    header.push(text(key), u32(dimensions.length), ...dimensions.map(u64), u32(0), u64(offset))
    const weights = Buffer.alloc(padded(count * 4))
    const scale = dimensions.length === 1 ? 0 : 0.35
    for (let i = 0; i < count; i++) weights.writeFloatLE(dimensions.length === 1 ? 1 : random() * scale, i * 4)
    data.push(weights)
    offset += weights.length
  }
  const head = Buffer.concat(header)
  return Buffer.concat([head, Buffer.alloc(padded(head.length) - head.length), ...data])
}
