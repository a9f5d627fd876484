// A text that is equal for equal answers of the engine.
import type { Reach } from '../../engine/reach.ts'
import { type ConnectionSet, PROTOCOLS } from '../../sets/connection-set.ts'

function setKey(set: ConnectionSet): string {
  return PROTOCOLS.map((protocol) => set[protocol].join(',')).join(';')
}

const known = new WeakMap<Reach, string>()

export function reachKey(reach: Reach): string {
  const found = known.get(reach)
  if (found !== undefined) return found
  const { allowed, depends } = reach
  const key = [setKey(allowed), ...depends.map(({ connections, reason }) => `${reason}=${setKey(connections)}`)].join(
    '|',
  )
  known.set(reach, key)
  return key
}
