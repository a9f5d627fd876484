// Reads the header of a GGUF (version 3): its keys, without the tensors' data.

export interface GgufHeader {
  readonly version: number
  readonly tensors: number
  /** Numbers, strings, booleans; an array is given as its length. */
  readonly keys: ReadonlyMap<string, number | string | boolean>
}

const WIDTHS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }
const BOOL = 7
const STRING = 8
const ARRAY = 9

/** Throws a `RangeError` when the bytes are not a GGUF header. */
export function readGgufHeader(bytes: Buffer): GgufHeader {
  if (bytes.toString('latin1', 0, 4) !== 'GGUF') throw new RangeError('not a GGUF file')
  let at = 24
  const u32 = (): number => bytes.readUInt32LE((at += 4) - 4)
  const u64 = (): number => Number(bytes.readBigUInt64LE((at += 8) - 8))
  const text = (): string => {
    const length = u64()
    return bytes.toString('utf8', at, (at += length))
  }
  const scalar = (type: number): number | string | boolean => {
    if (type === STRING) return text()
    const width = WIDTHS[type]
    if (width === undefined) throw new RangeError(`unknown value type ${type}`)
    at += width
    const start = at - width
    if (type === BOOL) return bytes.readUInt8(start) === 1
    if (type === 6) return bytes.readFloatLE(start)
    if (type === 12) return bytes.readDoubleLE(start)
    return width === 8 ? Number(bytes.readBigUInt64LE(start)) : bytes.readUIntLE(start, width)
  }
  const value = (): number | string | boolean => {
    const type = u32()
    if (type !== ARRAY) return scalar(type)
    const inner = u32()
    const length = u64()
    for (let i = 0; i < length; i++) scalar(inner)
    return length
  }
  const keys = new Map<string, number | string | boolean>()
  const count = Number(bytes.readBigUInt64LE(16))
  for (let i = 0; i < count; i++) keys.set(text(), value())
  return { version: bytes.readUInt32LE(4), tensors: Number(bytes.readBigUInt64LE(8)), keys }
}
