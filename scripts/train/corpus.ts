// Writes the training text of the tiny model: `node corpus.ts OUT_DIR [COUNT] [SEED]` gives train.jsonl and held-out.json.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BY_HAND } from './by-hand.ts'
import { EXPLAIN_TOPICS } from './explain.ts'
import { hash, type Random, seeded } from './random.ts'
import { REFUSAL_TOPICS, UNSEEN_TOPIC } from './refusals.ts'
import { SEED_POLICY_TOPICS } from './seed-policy.ts'
import { SMALL_TALK_TOPICS } from './small-talk.ts'
import { STATED_POLICY_TOPICS } from './stated-policy.ts'
import { STORY_TOPICS } from './stories.ts'
import type { Topic, Turn } from './turn.ts'
import { WRITING_TOPICS } from './writing.ts'

export const TOPICS: readonly Topic[] = [
  ...EXPLAIN_TOPICS,
  ...SEED_POLICY_TOPICS,
  ...STATED_POLICY_TOPICS,
  ...WRITING_TOPICS,
  ...STORY_TOPICS,
  ...REFUSAL_TOPICS,
  ...SMALL_TALK_TOPICS,
]

export interface Dialogue {
  readonly category: string
  readonly turns: readonly Turn[]
}

/** A prompt that is never trained on, after the dialogue that leads to it. */
export interface HeldOut {
  readonly category: string
  /** Messages before the prompt; empty for most. */
  readonly before: readonly { readonly ask: string; readonly answer: string }[]
  readonly ask: string
  readonly accept: string
}

export interface Corpus {
  readonly train: readonly Dialogue[]
  readonly heldOut: readonly HeldOut[]
}

/** Two prompts that differ only in case and punctuation count as the same. */
export function normalised(ask: string): string {
  return ask
    .toLowerCase()
    .replace(/^(please|hey|hi|ok|so|now), /, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
}

/** One prompt in forty is held out, by its text alone, whatever the seed; for follow-ups the whole dialogue counts. */
export function isHeldOut(asks: readonly string[]): boolean {
  return hash(asks.map(normalised).join(' / ')) % 40 === 7
}

/** Categories whose few prompts are all trained on, because there is nothing general to learn. */
const ALWAYS_TRAINED = new Set([
  'small talk',
  'lecture',
  'poem',
  'joke',
  'long story',
  'story of a castle',
  'story of a packet',
  'seed: facts',
])

/** Whether any run of neighbouring questions of the dialogue is held out. */
function held(d: Dialogue): boolean {
  if (ALWAYS_TRAINED.has(d.category)) return false
  const asks = d.turns.map((t) => t.ask)
  return asks.some((_, from) => asks.slice(from).some((_, more) => isHeldOut(asks.slice(from, from + more + 1))))
}

/** Whether the dialogue as a whole is held out: only then its last question is a fair test. */
function heldWhole(d: Dialogue): boolean {
  return !ALWAYS_TRAINED.has(d.category) && isHeldOut(d.turns.map((t) => t.ask))
}

function topicFor(random: Random): Topic {
  let r = random.next() * TOPICS.reduce((sum, t) => sum + t.weight, 0)
  for (const topic of TOPICS) if ((r -= topic.weight) < 0) return topic
  throw new RangeError('weights do not add up')
}

/** `count` training dialogues, and up to `perCategory` held-out prompts of each category, and those written by hand. The same seed gives the same corpus. */
export function corpus(options: {
  readonly count: number
  readonly seed: number
  readonly perCategory?: number
}): Corpus {
  const random = seeded(options.seed)
  const train: Dialogue[] = []
  while (train.length < options.count) {
    const dialogues: Dialogue[] = []
    for (let n = random.chance(0.8) ? 1 : random.whole(2, 3); n > 0; n--) {
      const topic = topicFor(random)
      dialogues.push({ category: topic.category, turns: topic.make(random) })
    }
    if (dialogues.some(held)) continue
    train.push({ category: dialogues.map((d) => d.category).join(' + '), turns: dialogues.flatMap((d) => d.turns) })
  }
  return { train, heldOut: [...heldOutPrompts(seeded(options.seed + 1), options.perCategory ?? 12), ...BY_HAND] }
}

function heldOutPrompts(random: Random, perCategory: number): readonly HeldOut[] {
  const found: HeldOut[] = []
  for (const topic of [...TOPICS, UNSEEN_TOPIC]) {
    const seen = new Set<string>()
    for (let tries = 0; tries < 4000 && seen.size < perCategory; tries++) {
      const dialogue = { category: topic.category, turns: topic.make(random) }
      const last = dialogue.turns.at(-1)
      const key = dialogue.turns.map((t) => normalised(t.ask)).join(' / ')
      if (!last || seen.has(key) || !(topic === UNSEEN_TOPIC || heldWhole(dialogue))) continue
      seen.add(key)
      found.push({
        category: topic.category,
        before: dialogue.turns.slice(0, -1).map(({ ask, answer }) => ({ ask, answer })),
        ask: last.ask,
        accept: last.accept,
      })
    }
  }
  return found
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [out = 'corpus', count = '200000', seed = '1'] = process.argv.slice(2)
  const made = corpus({ count: Number(count), seed: Number(seed) })
  mkdirSync(out, { recursive: true })
  writeFileSync(
    join(out, 'train.jsonl'),
    made.train.map((d) => `${JSON.stringify(d.turns.map((t) => [t.ask, t.answer]))}\n`).join(''),
  )
  writeFileSync(join(out, 'held-out.json'), `${JSON.stringify(made.heldOut, null, 1)}\n`)
  process.stderr.write(`${made.train.length} dialogues, ${made.heldOut.length} held-out prompts\n`)
}
