// Topics that explain the concepts: definitions, explanations of three lengths, comparisons, lectures.
import { type Concept, CONCEPTS } from './concepts.ts'
import type { Random } from './random.ts'
import { pattern, render } from './template.ts'
import { type Topic, type Turn, turn } from './turn.ts'
import { LISTS } from './words.ts'

const DEFINE = [
  'What is <one>?',
  'What is <one>?',
  "What's <one>?",
  'What does <one> mean?',
  'Define <one>.',
  'What do you mean by <one>?',
  'Can you tell me what <one> is?',
  'Tell me what <one> is.',
  'Do you know what <one> is?',
  'I do not know what <one> is.',
  'Describe <one> in one sentence.',
  'What is meant by <one>?',
  'Explain <one> in one sentence.',
]
const DEFINE_MANY = ['What are <many>?', 'What do you know about <many>?', 'What are <many> for?']
const EXPLAIN = [
  'Explain <one>.',
  'Explain <many>.',
  'Explain <one> to me.',
  'Explain to me what <one> is.',
  'Explain what <one> is.',
  'Explain what <one> does.',
  'Tell me about <many>.',
  'Tell me about <one>.',
  'Can you explain <one>?',
  'How would you explain <one> to a child?',
  'Describe <one>.',
  'Say something about <many>.',
  'Give me a short text about <many>.',
  'Teach me about <many>.',
  'Help me understand <many>.',
  'How does <one> work?',
  'I want to learn about <many>.',
  'Talk about <many>.',
]
const DETAIL = [
  'Explain <one> in detail.',
  'Explain <many> in detail.',
  'Tell me more about <many>.',
  'Tell me all you know about <many>.',
  'Tell me everything about <many>.',
  'Describe <one> in detail.',
  'Write a long text about <many>.',
  'What else should I know about <many>?',
  'Give me the details of <one>.',
  'Write a paragraph about <many>.',
  'Explain <one> at length.',
  'Write about <many>.',
]
const COMPARE = [
  'What is the difference between <one> and <other>?',
  'Compare <one> and <other>.',
  'Compare <one> with <other>.',
  'How does <one> differ from <other>?',
  'What are <one> and <other>?',
  'Explain <one> and <other>.',
  'What is <one> and what is <other>?',
  'Tell me about <one> and <other>.',
]
const LECTURE = [
  'Give me a [long |]lecture.',
  'Give me a [long |]lecture on security.',
  'Teach me everything [you know|].',
  'Tell me everything you know.',
  'Talk for a long time.',
  'Write a long report [about the cluster|].',
  'Write a long text.',
  'Explain the whole [thing|world|system].',
  'Give me a tour [of the cluster|].',
  'Keep talking.',
  'Write as much as you can.',
  'Tell me all that you have learned.',
  'Hold a [long |]talk.',
  'Explain everything.',
]
const MORE = [
  'Tell me more.',
  'More.',
  'Go on.',
  'And what else?',
  'Please go on.',
  'Can you tell me more?',
  'What else?',
  'More details please.',
  'Explain more.',
]

const slotsOf = (c: Concept): { one: string; many: string } => ({ one: c.one, many: c.many })
const details = (c: Concept): string => c.details.join(' ')

function defined(random: Random, c: Concept): Turn {
  return turn(random, {
    ask: c.one === c.many || random.chance(0.75) ? DEFINE : DEFINE_MANY,
    answer: c.short,
    slots: slotsOf(c),
  })
}

function compared(random: Random): Turn {
  const a = random.pick(CONCEPTS)
  let b = random.pick(CONCEPTS)
  while (a === b) b = random.pick(CONCEPTS)
  return turn(random, { ask: COMPARE, answer: `${a.short} ${b.short}`, slots: { one: a.one, other: b.one } })
}

/** A lecture goes through five to eight concepts in any order; a right one is any row of known paragraphs. */
function lecture(random: Random): Turn {
  const paragraph = (c: Concept): string => `${c.short} ${c.details[0]} ${c.details[1]}`
  const open = '[Let us begin.|Here is what I know.|Sit down, this takes a while.]'
  const close = '[That is all for today.|And that is my whole lecture.|Now you know it too.]'
  const left = [...CONCEPTS]
  const parts: string[] = []
  for (let n = random.whole(5, 7); n > 0; n--)
    parts.push(...left.splice(random.whole(0, left.length - 1), 1).map(paragraph))
  const base = turn(random, { ask: LECTURE, answer: [open, ...parts, close].join(' ') })
  const body = (template: string): string => pattern(template, {}, LISTS).slice(1, -1)
  return {
    ...base,
    accept: `^${body(open)} (?:(?:${CONCEPTS.map((c) => body(paragraph(c))).join('|')}) ){3,10}${body(close)}$`,
  }
}

export const EXPLAIN_TOPICS: readonly Topic[] = [
  { category: 'definition', weight: 7, make: (random) => [defined(random, random.pick(CONCEPTS))] },
  {
    category: 'explanation',
    weight: 9,
    make: (random) => {
      const c = random.pick(CONCEPTS)
      return [turn(random, { ask: EXPLAIN, answer: `${c.short} ${c.details[0]} ${c.details[1]}`, slots: slotsOf(c) })]
    },
  },
  {
    category: 'explanation in detail',
    weight: 6,
    make: (random) => {
      const c = random.pick(CONCEPTS)
      return [turn(random, { ask: DETAIL, answer: `${c.short} ${details(c)}`, slots: slotsOf(c) })]
    },
  },
  {
    category: 'tell me more',
    weight: 4,
    make: (random) => {
      const c = random.pick(CONCEPTS)
      return [defined(random, c), turn(random, { ask: MORE, answer: details(c) })]
    },
  },
  { category: 'comparison', weight: 8, make: (random) => [compared(random)] },
  { category: 'lecture', weight: 1.2, make: (random) => [lecture(random)] },
]

/** A concept's definition as plain text, for other topics. */
export function definition(random: Random, c: Concept): string {
  return render(c.short, {}, { random, lists: LISTS })
}
