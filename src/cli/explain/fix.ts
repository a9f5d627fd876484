// The smallest edit of an explanation: found, and with `--apply` written.
import type { Explanation } from '../../analysis/explanation.ts'
import type { Question } from '../../analysis/explain.ts'
import type { Fix } from '../../analysis/fix.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { smallestEdit } from '../../edit/smallest-edit.ts'
import { PROFILES } from '../../engine/profile.ts'
import type { Loaded } from '../load.ts'
import { applyFiles } from './apply.ts'
import type { ExplainOptions } from './options.ts'
import { questionOf } from '../../analysis/explain-question.ts'

/** The edit for a question with one answer; `undefined` where none is found. */
export function fixOf(
  loaded: Loaded,
  asked: { readonly args: readonly [string, string]; readonly question: Question; readonly explanation: Explanation },
  options: ExplainOptions,
): Fix | undefined {
  return smallestEdit({
    sources: loaded.sources,
    parseOptions: options.namespace === undefined ? {} : { defaultNamespace: options.namespace },
    inForce: loaded.inForce,
    question: asked.question,
    askAgain: (snapshot) => {
      const again = questionOf(...asked.args, snapshot)
      return 'question' in again ? again.question : undefined
    },
    explanation: asked.explanation,
    profile: PROFILES[options.profile],
  })
}

const NOTHING: Diagnostic = {
  severity: 'error',
  code: 'no-edit',
  message: 'no small edit turns this answer around: nothing is changed',
  help: 'ask about one port, or change the policies by hand: the deciding rules are listed above',
}

/** Writes the edit; returns what is wrong otherwise. */
export function applyFix(fix: Fix | undefined): Diagnostic | undefined {
  return fix ? applyFiles(fix.files) : NOTHING
}
