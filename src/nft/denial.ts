// The end of a denied connection: said once, then dropped; an established one is cut.
import { type Draft, logStatement } from './draft.ts'
import type { Denier } from './log-prefix.ts'
import { printMark } from './print.ts'
import { DENIED_GROUP, type Rule } from './ruleset.ts'

/** Shared chains that the hooks define. */
export const CUT_CHAIN = 'cut-off'
export const DENY_CHAIN = 'deny'
/** The mark of a flow that was cut and said so; no generation comes to it. */
export const CUT_MARK = 0xffff_ffff

/** Rules that nothing comes after: whatever reaches them is denied by `denier`. */
export function denial(draft: Draft, denier: Denier): Rule[] {
  return [
    {
      matches: [
        { keys: ['ct state'], right: { values: ['established'] } },
        { keys: ['ct mark'], not: true, right: { values: [printMark(CUT_MARK)] } },
      ],
      statements: [logStatement(draft, { verdict: 'cut', ...denier }, DENIED_GROUP), { do: 'goto', chain: CUT_CHAIN }],
    },
    {
      matches: [{ keys: ['ct state'], right: { values: ['new'] } }],
      statements: [logStatement(draft, { verdict: 'denied', ...denier }, DENIED_GROUP)],
    },
    { matches: [], statements: [{ do: 'goto', chain: DENY_CHAIN }] },
  ]
}
