// A block whose lists are spelled out when they are read: thousands of blocks share them.
import type { Family } from '../sets/ip-address.ts'
import type { Reach } from './reach.ts'
import type { Block } from './reachability.ts'

/** Makes the list, the same one each time. */
export type Spelled = () => readonly number[]

interface Parts {
  readonly sources: Spelled
  readonly destinations: Spelled
  readonly families: readonly Family[]
  readonly reach: Reach
}

export function lazyBlock({ sources, destinations, families, reach }: Parts): Block {
  return {
    get sources() {
      return sources()
    },
    get destinations() {
      return destinations()
    },
    families,
    reach,
  }
}
