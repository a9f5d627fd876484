// Which pairs of joint groups changed: whole rows of both answers are compared, each pair of different rows once.
import type { Reach } from '../../engine/reach.ts'
import type { Reachability } from '../../engine/reachability.ts'
import type { Family } from '../../sets/ip-address.ts'
import type { Joint } from './joint.ts'
import { NOTHING, type Shift, shiftsOf } from './shift.ts'

/** All of these sources to this destination. */
export interface Shifted {
  readonly sources: readonly Joint[]
  readonly destination: Joint
  readonly families: readonly Family[]
  readonly shift: Shift
}

const FAMILIES = [4, 6] as const

/** Answers by number, equal ones with the same number; 0: nothing is open. */
class Answers {
  readonly #numbers = new Map<string, number>()
  readonly #reaches: Reach[] = []
  readonly #shifts = new Map<number, readonly Shift[]>()

  constructor() {
    this.number(NOTHING)
  }

  number(reach: Reach): number {
    const key = JSON.stringify([reach.allowed, reach.depends])
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#reaches.length)
    return this.#reaches.push(reach) - 1
  }

  shifts(before: number, after: number): readonly Shift[] {
    if (before === after) return []
    const key = before * 0x400_0000 + after
    const known = this.#shifts.get(key) ?? shiftsOf(this.#reaches[before] as Reach, this.#reaches[after] as Reach)
    this.#shifts.set(key, known)
    return known
  }
}

/** One side's answer by rows: what each group may open to each, over each family. */
class Rows {
  readonly #size: number
  readonly #blocks: Reachability['blocks']
  readonly #numbers: readonly number[]
  readonly #ofGroup: readonly number[][]
  readonly #rows = new Map<string, Int32Array>()

  constructor({ groups, blocks }: Reachability, answers: Answers) {
    this.#size = groups.length
    this.#blocks = blocks
    this.#numbers = blocks.map(({ reach }) => answers.number(reach))
    const lists = groups.map((): number[] => [])
    for (const [index, { sources }] of blocks.entries()) for (const source of sources) lists[source]?.push(index)
    this.#ofGroup = lists
  }

  /** Equal for groups whose rows are equal. */
  key(group: number | undefined): string {
    return group === undefined || group < 0 ? '' : (this.#ofGroup[group] as number[]).join()
  }

  /** Numbers of answers: of all groups over IPv4, then over IPv6. */
  row(key: string): Int32Array {
    const known = this.#rows.get(key)
    if (known) return known
    const row = new Int32Array(2 * this.#size)
    for (const index of key === '' ? [] : key.split(',').map(Number)) {
      const block = this.#blocks[index] as Reachability['blocks'][number]
      for (const family of block.families) {
        const base = family === 4 ? 0 : this.#size
        for (const destination of block.destinations) row[base + destination] = this.#numbers[index] as number
      }
    }
    this.#rows.set(key, row)
    return row
  }

  at(row: Int32Array, group: number | undefined, family: Family): number {
    return group === undefined || group < 0 ? 0 : (row[(family === 4 ? 0 : this.#size) + group] as number)
  }
}

function sameShift(a: Shift, b: Shift): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

interface Shifts {
  readonly families: readonly Family[]
  readonly shift: Shift
}

/** The shifts over each family, those that are the same over both once. */
function overFamilies(v4: readonly Shift[], v6: readonly Shift[]): Shifts[] {
  const both = v4 === v6 ? v4 : v4.filter((shift) => v6.some((other) => sameShift(shift, other)))
  const rest = (own: readonly Shift[], family: Family) =>
    own
      .filter((shift) => !both.some((other) => sameShift(shift, other)))
      .map((shift) => ({ families: [family], shift }))
  return [...both.map((shift) => ({ families: FAMILIES, shift })), ...rest(v4, 4), ...rest(v6, 6)]
}

/** Whether the group has two members of one workload that could speak to each other. */
function speaksToItself(joint: Joint): boolean {
  return (
    joint.kind === 'pods' && (joint.units.length > 1 || joint.units.some(({ actor }) => actor.owner === 'DaemonSet'))
  )
}

/** Every pair of joint groups whose answer is not what it was. Of a group to itself: between two of its members. */
export function shiftedPairs(joints: readonly Joint[], before: Reachability, after: Reachability): Shifted[] {
  const answers = new Answers()
  const [old, now] = [new Rows(before, answers), new Rows(after, answers)]
  const known = new Map<string, readonly Shifts[]>()
  const shifts = (numbers: readonly [number, number, number, number]): readonly Shifts[] => {
    const key = numbers.join()
    const [a, b, c, d] = numbers
    const found = known.get(key) ?? overFamilies(answers.shifts(a, b), answers.shifts(c, d))
    known.set(key, found)
    return found
  }
  const alike = Map.groupBy(joints, (joint) => `${old.key(joint.before)}|${now.key(joint.after)}|${joint.kind}`)
  return [...alike.values()].flatMap((sources) => {
    const [first] = sources as [Joint]
    const [was, is] = [old.row(old.key(first.before)), now.row(now.key(first.after))]
    return joints.flatMap((destination): Shifted[] => {
      if (first.kind === 'outside' && destination.kind === 'outside') return []
      const [a, b] = [old.at(was, destination.before, 4), now.at(is, destination.after, 4)]
      const [c, d] = [old.at(was, destination.before, 6), now.at(is, destination.after, 6)]
      if (a === b && c === d) return []
      const others = speaksToItself(destination) ? sources : sources.filter((source) => source !== destination)
      if (others.length === 0) return []
      return shifts([a, b, c, d]).map((each) => ({ sources: others, destination, ...each }))
    })
  })
}
