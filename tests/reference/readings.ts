// Open questions of the reference oracle: a computation asks them, and is run once for every way to answer them.

export interface Reading {
  /** One of the answers. The same question has the same answer within one reading; one without a name is asked anew. */
  readonly pick: <T>(question: string | undefined, answers: readonly T[]) => T
}

/** More readings of one packet than this would be a mistake of the tests, not of the packet. */
const MOST = 100_000

/** True when every reading gives `true`, false when every one gives `false`, `undefined` when they differ. */
export function inEveryReading(run: (reading: Reading) => boolean): boolean | undefined {
  let first: boolean | undefined
  let script: { answer: number; of: number }[] = []
  for (let count = 0; count < MOST; count++) {
    const asked: { answer: number; of: number }[] = []
    const known = new Map<string, unknown>()
    const answer = run({
      pick: (question, answers) => {
        if (question !== undefined && known.has(question)) return known.get(question) as (typeof answers)[number]
        const step = script[asked.length] ?? { answer: 0, of: answers.length }
        asked.push(step)
        const picked = answers[step.answer] as (typeof answers)[number]
        if (question !== undefined) known.set(question, picked)
        return picked
      },
    })
    if (first !== undefined && answer !== first) return undefined
    first = answer
    // The next script: the last question that has another answer gets it, those after it start again.
    const last = asked.findLastIndex((step) => step.answer + 1 < step.of)
    if (last === -1) return first
    script = asked.slice(0, last + 1).map((step, at) => (at === last ? { ...step, answer: step.answer + 1 } : step))
  }
  throw new Error(`more than ${MOST} readings`)
}
