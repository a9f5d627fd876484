// Questions written by hand and not by the generator's templates: how far the model is right beyond its grammar.
import type { HeldOut } from './corpus.ts'
import { REFUSAL } from './refusals.ts'
import { pattern } from './template.ts'

const OUTSIDE = [
  'Who painted the Mona Lisa?',
  'Why do cats purr?',
  'What should I name my boat?',
  'How tall is the Eiffel tower?',
  'Name three rivers.',
  'Is water wet?',
  'Convert 20 degrees Celsius to Fahrenheit.',
  'Which came first, the chicken or the egg?',
  'Give me a synonym for quick.',
  'What year did the war end?',
  'Proofread this paragraph for me.',
  'I have a headache.',
  'How do planes stay in the air?',
  'What is 7 times 8?',
  'Write a regular expression for dates.',
  'Who is the tallest person alive?',
  'What is the boiling point of ethanol?',
  'Suggest a name for my cat.',
  'How do I tie a tie?',
  'What is the largest desert on earth?',
]

/** What must be in a right answer to a question about the world in words that no template has. */
const INSIDE: readonly (readonly [ask: string, accept: string])[] = [
  ['so who exactly gets to talk to the slm?', 'feature-api'],
  ['Would feature-api be let through?', '^Yes'],
  ['Would grafana be let through?', '^No'],
  ['Does grafana get access to the model?', '^No'],
  ['Can the model send data to 8.8.8.8?', '^No'],
  ['Does the model have internet access?', '^No'],
  ['Could the model resolve example.com?', '^No'],
  ['I wonder what a namespace is.', '^A namespace is a room'],
  ['Pods. What are they?', '^A pod is the smallest'],
  ['Please define egress for me', '^Egress is traffic'],
  ['in one sentence, what is a label?', '^A label is a small note'],
  ['ingress vs egress?', 'Ingress is traffic.*Egress is traffic'],
  ['Give me a story with a castle in it', 'castle called'],
  ['I would love a long story.', 'castle called'],
  ['We call her Marta. Write her a birthday card.', 'Happy birthday, Marta!'],
  ['Which address range may be called?', '203\\.0\\.113\\.0/24'],
  ['What does a moat have to do with pods?', '^A moat is a ring'],
  ['Please count from one to 5', '^1, 2, 3, 4, 5\\.$'],
  ['Only red may call blue. Is green ok?', '^No\\..*green'],
  ['Only red may call blue. Is red ok?', '^Yes'],
]

const about = (category: string, ask: string, accept: string): HeldOut => ({ category, before: [], ask, accept })

export const BY_HAND: readonly HeldOut[] = [
  ...OUTSIDE.map((ask) => about('by hand: outside the world', ask, pattern(REFUSAL, {}, {}))),
  ...INSIDE.map(([ask, accept]) => about('by hand: inside, in other words', ask, accept)),
]
