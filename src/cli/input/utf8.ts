// Bytes -> text, strictly: what is not UTF-8 is a diagnostic at its first wrong byte.
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { SourceFile } from '../../diag/source.ts'

export type Decoded =
  | { readonly ok: true; readonly source: SourceFile }
  | { readonly ok: false; readonly diagnostic: Diagnostic }

/** A byte order mark is left out. */
export function decodeUtf8(name: string, bytes: Buffer): Decoded {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (wide) return refused({ message: `\`${name}\` is UTF-16 text` })
  try {
    return { ok: true, source: { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) } }
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes)
    const start = firstInvalid(bytes, text)
    return refused({
      message: `\`${name}\` is not UTF-8 text`,
      span: { file: { name, text }, start, end: start + 1 },
    })
  }
}

function refused(what: Pick<Diagnostic, 'message' | 'span'>): Decoded {
  return { ok: false, diagnostic: { severity: 'error', code: 'invalid-utf8', ...what, help: 'save it as UTF-8' } }
}

/** Where the first byte that is no UTF-8 shows in the text as a replacement character. */
function firstInvalid(all: Buffer, text: string): number {
  const bytes = all.subarray(0, 3).toString('hex') === 'efbbbf' ? all.subarray(3) : all // a byte order mark is not in the text
  let at = text.indexOf('\ufffd')
  let offset = 0
  let from = 0
  while (at !== -1) {
    offset += Buffer.byteLength(text.slice(from, at))
    if (bytes.subarray(offset, offset + 3).toString('hex') !== 'efbfbd') return at
    offset += 3
    from = at + 1
    at = text.indexOf('\ufffd', from)
  }
  return 0
}
