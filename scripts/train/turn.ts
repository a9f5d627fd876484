// One question with its answer, and the pattern of all answers that are as good.
import type { Random } from './random.ts'
import { pattern, render, type Slots } from './template.ts'
import { LISTS } from './words.ts'

export interface Turn {
  readonly ask: string
  readonly answer: string
  /** Source of an anchored regular expression that a right answer matches. */
  readonly accept: string
}

/** Makes the turns of one dialogue of a category. */
export interface Topic {
  readonly category: string
  /** Share of the corpus, relative to the other topics. */
  readonly weight: number
  readonly make: (random: Random) => readonly Turn[]
}

export function turn(
  random: Random,
  text: { readonly ask: string | readonly string[]; readonly answer: string; readonly slots?: Slots },
): Turn {
  const slots = text.slots ?? {}
  const source = { random, lists: LISTS }
  const ask = typeof text.ask === 'string' ? text.ask : random.pick(text.ask)
  return {
    ask: loosen(render(ask, slots, source), random),
    answer: render(text.answer, slots, source),
    accept: pattern(text.answer, slots, LISTS),
  }
}

/** People type carelessly: now and then a small first letter, no question mark, a please. */
function loosen(question: string, random: Random): string {
  let text = question
  if (random.chance(0.06)) text = `${random.pick(['Please', 'Hey', 'Hi', 'Ok', 'So', 'Now'])}, ${lowerFirst(text)}`
  if (random.chance(0.2)) text = lowerFirst(text)
  if (random.chance(0.2)) text = text.replace(/[?.!]$/, '')
  return text
}

function lowerFirst(text: string): string {
  return /^I\b/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
}
