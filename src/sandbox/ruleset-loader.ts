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

async function loadChunks(refused: string, options: ApplyOptions): Promise<Commit> {
  const chunks = /Message too long/.test(refused) ? options.chunks?.() : undefined
  if (!chunks || chunks.length === 0) throw new RulesetError(refused)
  let last: Commit | undefined
  for (const chunk of chunks) {
    const each = await load(chunk)
    if ('refused' in each) throw new RulesetError(each.refused)
    last = { ...each, transactions: chunks.length }
  }
  return last as Commit
}
