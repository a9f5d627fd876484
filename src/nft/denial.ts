// The end of a denied connection: said once, then dropped; an established one is cut.
import { type Draft, logStatement } from './draft.ts'
import type { Denier, LogEntry } from './log-prefix.ts'
import { printMark } from './print.ts'
import { DENIED_GROUP, type Match, type Rule } from './ruleset.ts'

/** Shared chains that the hooks define. */
export const CUT_CHAIN = 'cut-off'
export const DENY_CHAIN = 'deny'
/** The mark of a flow that was cut and said so; no generation comes to it. */
export const CUT_MARK = 0xffff_ffff

/** Rules that nothing comes after: whatever reaches them is denied by `denier`. */
export function denial(draft: Draft, denier: Denier): Rule[] {
  const cut = (more: readonly Match[], entry: LogEntry): Rule => ({
    matches: [
      { keys: ['ct state'], right: { values: ['established'] } },
      ...more,
      { keys: ['ct mark'], not: true, right: { values: [printMark(CUT_MARK)] } },
    ],
    statements: [logStatement(draft, entry, DENIED_GROUP), { do: 'goto', chain: CUT_CHAIN }],
  })
  // Where the subject is named, its address tells which way the packet goes; of an admin rule the kernel has to say it.
  const reply: Match = { keys: ['ct direction'], right: { values: ['reply'] } }
  return [
    ...('subject' in denier ? [] : [cut([reply], { verdict: 'cut', reply: true, ...denier })]),
    cut([], { verdict: 'cut', ...denier }),
    {
      matches: [{ keys: ['ct state'], right: { values: ['new'] } }],
      statements: [logStatement(draft, { verdict: 'denied', ...denier }, DENIED_GROUP)],
    },
    { matches: [], statements: [{ do: 'goto', chain: DENY_CHAIN }] },
  ]
}
