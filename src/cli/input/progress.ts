// "Still reading" on a terminal: one line on stderr that comes after half a second and is wiped away at the end.
import { printable } from '../../diag/printable.ts'

const QUIET_MS = 500
const BETWEEN_MS = 100

export interface Progress {
  /** Says what is being done now; shown seldom. */
  tell(text: string): void
  /** Wipes the line away. */
  end(): void
}

/** Nothing is ever written to what is no terminal. */
export function startProgress(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  if (!stream.isTTY) return { tell: () => undefined, end: () => undefined }
  const start = now()
  let last = -Infinity
  return {
    tell(text) {
      const time = now()
      if (time - start < QUIET_MS || time - last < BETWEEN_MS) return
      last = time
      stream.write(`\r${printable(text).slice(0, Math.max(20, (stream.columns ?? 80) - 1))}\u001b[K`)
    },
    end() {
      if (last !== -Infinity) stream.write('\r\u001b[K')
    },
  }
}
