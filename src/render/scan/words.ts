// How the scan speaks of a server and of those at the other end.
import type { Ends, ScannedServer } from '../../analysis/scan/scan.ts'
import { visible } from '../styled-text.ts'
import type { Words } from '../map/words.ts'

const MOST_NAMES = 6

/** `every pod, the Internet`, and what is so only under a condition. */
export function endsWords({ sure, perhaps }: Ends, words: Words): string {
  const parts = words.set(sure, MOST_NAMES)
  const open = words.set(perhaps, MOST_NAMES)
  if (parts.length + open.length === 0) return 'nobody'
  return [...parts, ...open.map((text) => `${text} (perhaps)`)].join(', ')
}

/** `Ollama on tcp/11434`. */
export function serverWords({ runtime, apiPorts }: ScannedServer): string {
  return `${runtime ?? 'a model server'} on tcp/${apiPorts.join(',')}`
}

/** How it is known, and what is special about it. */
export function knownWords({ known, certainty, resting }: ScannedServer): string {
  const likely = certainty === 'likely' ? 'probably a model server: it ' : ''
  return visible(`${likely}${known}${resting ? '; scaled to no pods' : ''}`)
}
