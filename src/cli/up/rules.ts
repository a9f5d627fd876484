// The ruleset in force: one change after the other, and what a kernel event means under it.
import { chunks, withTable } from '../../nft/chunk.ts'
import { compileRuleset } from '../../nft/compile.ts'
import { increment } from '../../nft/increment.ts'
import { type LogEntry, readLogPrefix } from '../../nft/log-prefix.ts'
import { printRuleset } from '../../nft/print.ts'
import type { Ruleset } from '../../nft/ruleset.ts'
import type { Snapshot } from '../../policy/snapshot.ts'
import type { FlowEvent } from '../../sandbox/events.ts'
import type { Commit } from '../../sandbox/ruleset-loader.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { podInterfaces } from '../../sandbox/topology.ts'

/** One is in force; where a change has to be loaded in pieces, the other is built beside it and takes its place. */
const TABLES = ['moat', 'moat-next'] as const

export class RuleBook {
  readonly #sandbox: Sandbox
  #current: Ruleset | undefined
  /** Of every ruleset so far: an event may arrive after the rules have changed. */
  readonly #prefixes = new Map<string, LogEntry>()

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
  }

  /** Enforces exactly what the snapshot says from now on; the first time as a whole, then by the smallest change. */
  async enforce(snapshot: Snapshot): Promise<Commit> {
    const table = this.#current?.table.name ?? TABLES[0]
    const next = compileRuleset(snapshot, {
      table,
      logAccepts: true,
      interfaces: podInterfaces(this.#sandbox.topology),
    })
    const change = this.#current ? increment(this.#current, next) : { ruleset: next, text: printRuleset(next) }
    for (const [prefix, entry] of change.ruleset.logPrefixes) this.#prefixes.set(prefix, entry)
    const elsewhere = withTable(change.ruleset, table === TABLES[0] ? TABLES[1] : TABLES[0])
    const commit = await this.#sandbox.apply(change.text, { chunks: () => chunks(elsewhere, { replaces: table }) })
    this.#current = commit.transactions > 1 ? elsewhere : change.ruleset
    return commit
  }

  /** What an event's log prefix means; `undefined` for one that no ruleset of this run has. */
  meaning(event: FlowEvent): LogEntry | undefined {
    return readLogPrefix(this.#prefixes, event.prefix)
  }
}
