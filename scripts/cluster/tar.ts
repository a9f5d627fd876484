// A tar archive of files and folders, always the same bytes for the same content: no times, no owners but root.

export interface TarEntry {
  /** Without a leading slash; a folder's ends with one. */
  readonly path: string
  readonly content: Buffer
  /** Permission bits. */
  readonly mode: number
  /** What a symbolic link points to. */
  readonly link?: string
}

const BLOCK = 512

function header({ path, content, mode, link }: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK)
  let name = path
  let prefix = ''
  if (Buffer.byteLength(name) > 100) {
    // ustar: a long path is cut at a slash.
    const cut = path.indexOf('/', path.length - 101)
    prefix = path.slice(0, cut)
    name = path.slice(cut + 1)
    if (cut < 0 || Buffer.byteLength(prefix) > 155) throw new Error(`the path is too long for a tar archive: ${path}`)
  }
  if (Buffer.byteLength(link ?? '') > 100)
    throw new Error(`the target of a link is too long for a tar archive: ${path}`)
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  const type = link === undefined ? (path.endsWith('/') ? '5' : '0') : '2'
  block.write(name, 0)
  block.write(octal(mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(type === '0' ? content.length : 0, 12), 124)
  block.write(octal(0, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write(type, 156)
  block.write(link ?? '', 157)
  block.write('ustar\x0000', 257)
  block.write(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

export function tar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = entry.link === undefined && !entry.path.endsWith('/') ? entry.content : Buffer.alloc(0)
    return [header(entry), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}
