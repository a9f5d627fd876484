// Puts nftables text in force: one transaction where the kernel takes it, an equal chain of small ones where it does not.
import { run, SandboxError } from './exec.ts'
import { refuseLooseFlows } from './network.ts'
import { monotonicMs } from './probe.ts'

/** When a ruleset took hold: both in milliseconds of CLOCK_MONOTONIC (`monotonicMs`). */
export interface Commit {
  /** Just before the `nft` that commits was started. */
  readonly startMs: number
  /** Just after it returned; the rules are in force at the latest now. */
  readonly endMs: number
  /** Netlink transactions that it took: more than one where a rootless socket buffer is too small. */
  readonly transactions: number
}

export interface ApplyOptions {
  /**
   * The same change cut into small texts: inert ones, then one that switches. Used when the kernel refuses the whole
   * as too long, which happens without root.
   */
  readonly chunks?: () => readonly string[]
}

/** `nft` refused a text: our compiler wrote something that this kernel or this nft does not take. */
export class RulesetError extends SandboxError {
  override readonly name = 'RulesetError'
  /** The line of the text that nft points at, 1-based, where it does. */
  readonly line: number | undefined
  constructor(words: string) {
    super(`nft: ${words.trim()}`)
    const line = /:(\d+):\d+-\d+: Error/.exec(words)?.[1]
    this.line = line === undefined ? undefined : Number(line)
  }
}

async function load(text: string): Promise<Commit | { readonly refused: string }> {
  const startMs = monotonicMs()
  const { code, stderr } = await run(['nft', '-f', '-'], text)
  const endMs = monotonicMs()
  return code === 0 ? { startMs, endMs, transactions: 1 } : { refused: stderr || `exit ${code}` }
}

/** Loads and commits; the times are those of the transaction that switches. */
export async function loadRuleset(text: string, options: ApplyOptions = {}): Promise<Commit> {
  const whole = await load(text)
  const commit = 'refused' in whole ? await loadChunks(whole.refused, options) : whole
  await refuseLooseFlows()
  return commit
}

const TOO_LONG = /Message too long/

/** Loads a text whose lines are commands of their own in as few transactions as the kernel takes; returns how many. */
async function loadLines(text: string): Promise<{ readonly commit: Commit; readonly count: number }> {
  const commit = await load(text)
  if (!('refused' in commit)) return { commit, count: 1 }
  const lines = text.split('\n').filter((line) => line !== '')
  if (!TOO_LONG.test(commit.refused) || lines.length < 2) throw new RulesetError(commit.refused)
  const half = Math.ceil(lines.length / 2)
  const first = await loadLines(`${lines.slice(0, half).join('\n')}\n`)
  const second = await loadLines(`${lines.slice(half).join('\n')}\n`)
  return { commit: second.commit, count: first.count + second.count }
}

/** The last text switches: it must go in one transaction. */
async function loadChunks(refused: string, options: ApplyOptions): Promise<Commit> {
  const chunks = TOO_LONG.test(refused) ? (options.chunks?.() ?? []) : []
  const last = chunks.at(-1)
  if (last === undefined) throw new RulesetError(refused)
  let transactions = 1
  for (const chunk of chunks.slice(0, -1)) transactions += (await loadLines(chunk)).count
  const commit = await load(last)
  if ('refused' in commit) throw new RulesetError(commit.refused)
  return { ...commit, transactions }
}
