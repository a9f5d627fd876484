// The whole answer as blocks, without asking about every pair: rows that are equal are compared once, and so are columns.
import { ALL_CONNECTIONS, NO_CONNECTIONS } from '../sets/connection-set.ts'
import { BothValues } from './both-values.ts'
import { type Change, Flows, type Sent } from './flows.ts'
import { lazyBlock, type Spelled } from './lazy-block.ts'
import { type Ends, type Member, membersOf } from './members.ts'
import { PairTable } from './pair-table.ts'
import { Columns, type Part, partsOf } from './parts.ts'
import type { Reach } from './reach.ts'
import type { Reachability } from './reachability.ts'
import { Receivers } from './receivers.ts'
import type { RulingTable } from './ruling-table.ts'
import { ruling } from './ruling.ts'
import { type SparseRow, SparseRows } from './sparse-rows.ts'
import type { Tier } from './tier.ts'

export interface Whole extends Ends {
  readonly tiers: readonly Tier[]
  readonly table: RulingTable
}

/** S32: what the destination hears of a source that may be on its own node. */
function hearer(pairs: PairTable, table: RulingTable): (source: Member, target: Member, value: number) => number {
  const ifOwnNode = table.number(ruling(NO_CONNECTIONS, [{ connections: ALL_CONNECTIONS, reason: 'own-node' }]))
  const ownNode = pairs.number(ifOwnNode, ifOwnNode)
  return (source, target, value) => {
    if (!source.host || target.group.kind === 'outside') return value
    if (source.node === undefined || target.node === undefined) return pairs.either(value, ownNode)
    return source.node === target.node ? 1 : value
  }
}

/** All answers at once. */
export function blocksOf(whole: Whole): Reachability {
  const { tiers, table } = whole
  const { members, classes } = membersOf(whole)
  const pairs = new PairTable(table)
  const rows = new SparseRows(classes, { tiers, pairs })
  const heardOf = new Columns(rows.rows.ingress, rows.atoms)
  const sentTo = new Columns(rows.rows.egress, rows.atoms)
  const senders = partsOf(members, rows.of.egress, heardOf)
  const receivers = new Receivers(partsOf(members, rows.of.ingress, sentTo), rows, heardOf)
  const heard = hearer(pairs, table)
  const both = new BothValues(pairs)
  const flows = new Flows(receivers.parts.length, pairs)
  const sent = (outward: Int32Array, inward: Int32Array): Sent => {
    for (let at = 0; at < outward.length; at++) {
      const value = both.of(outward[at] as number, inward[at] as number)
      if (value !== 0) flows.add(at, value)
    }
    return flows.take()
  }
  /** Those whose row and atom are alike differ only in what is said of them in particular. */
  const alike = Map.groupBy(senders.keys(), (place) => {
    const { position, group, host } = (senders[place] as Part).sample
    if (host) return `host ${place}`
    return `${(rows.of.egress[position] as SparseRow).id} ${heardOf.kind(position)} ${group.kind}`
  })
  for (const places of alike.values()) {
    const { sample } = senders[places[0] as number] as Part
    const outward = receivers.outward(sample)
    const inward = receivers.inward(sample)
    if (sample.host) {
      const particular = receivers.particular(sample)
      const own = inward.map((value, at) => {
        return heard(sample, (receivers.parts[at] as Part).sample, particular.get(at) ?? value)
      })
      flows.draft(sent(outward, own), places[0] as number)
      continue
    }
    const all = sent(outward, inward)
    for (const place of places) {
      const changes: Change[] = []
      for (const [at, value] of receivers.particular((senders[place] as Part).sample)) {
        const out = outward[at] as number
        const [from, to] = [both.of(out, inward[at] as number), both.of(out, value)]
        if (from !== to) changes.push({ at, from, to })
      }
      flows.draft(changes.length === 0 ? all : flows.changed(all, changes), place)
    }
  }
  const spell = speller(receivers.parts)
  const spellSource = speller(senders)
  const reaches: (Reach | undefined)[] = []
  const targets = Array.from({ length: flows.lists.size }, (_, list) => spell(flows.lists.list(list)))
  const blocks = flows.drafts.map(({ families, ruling: id, to, from }) => {
    const reach = (reaches[id] ??= toReach(table, id))
    return lazyBlock({ sources: spellSource(from), destinations: targets[to] as Spelled, families, reach })
  })
  return { groups: members.map(({ group }) => group), blocks }
}

function toReach(table: RulingTable, id: number): Reach {
  const { must, maybe } = table.ruling(id)
  return { allowed: must, depends: maybe }
}

/** A list of parts as ids of groups, spelled out when first asked for. */
function speller(parts: readonly Part[]): (list: ArrayLike<number>) => Spelled {
  return (list) => {
    let known: readonly number[] | undefined
    return () => (known ??= spelled(parts, list))
  }
}

function spelled(parts: readonly Part[], list: ArrayLike<number>): readonly number[] {
  let length = 0
  for (let i = 0; i < list.length; i++) length += (parts[list[i] as number] as Part).members.length
  const all = new Int32Array(length)
  let at = 0
  for (let i = 0; i < list.length; i++) {
    for (const member of (parts[list[i] as number] as Part).members) all[at++] = member
  }
  return Array.from(all.sort())
}
