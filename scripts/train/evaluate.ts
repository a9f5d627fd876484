// Asks a GGUF the held-out prompts, greedily, through llama.cpp: `node evaluate.ts MODEL HELD_OUT_JSON RESULT_JSON`.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readGguf } from '../../src/slm/gguf.ts'
import { LanguageModel, type Message } from '../../src/slm/language-model.ts'
import type { HeldOut } from './corpus.ts'

interface Answer {
  readonly text: string
  readonly tokens: number
}

async function answered(model: LanguageModel, messages: readonly Message[]): Promise<Answer> {
  const run = model.generate(
    {
      prompt: model.promptTokens(model.promptText(messages)),
      maxTokens: 480,
      sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 },
      stop: [],
      ignoreEos: false,
      tokensPerSecond: undefined,
    },
    new AbortController().signal,
  )
  let text = ''
  for (;;) {
    const step = await run.next()
    if (step.done === true) return { text, tokens: step.value.completionTokens }
    text += step.value.text
  }
}

/** One score per category. An answer is right when the whole of it matches the pattern of right answers. */
async function evaluate(model: LanguageModel, prompts: readonly HeldOut[]): Promise<object> {
  const tally = new Map<string, { right: number; asked: number; tokens: number }>()
  const wrong: { category: string; ask: string; answer: string }[] = []
  for (const { category, before, ask, accept } of prompts) {
    const history = before.flatMap((turn): Message[] => [
      { role: 'user', content: turn.ask },
      { role: 'assistant', content: turn.answer },
    ])
    const answer = await answered(model, [...history, { role: 'user', content: ask }])
    const entry = tally.get(category) ?? { right: 0, asked: 0, tokens: 0 }
    tally.set(category, entry)
    entry.asked++
    entry.tokens += answer.tokens
    if (new RegExp(accept, 'u').test(answer.text)) entry.right++
    else wrong.push({ category, ask, answer: answer.text })
  }
  const scores = [...tally].map(([category, { right, asked, tokens }]) => ({
    category,
    right,
    asked,
    meanTokens: Math.round(tokens / asked),
  }))
  const total = {
    right: scores.reduce((n, score) => n + score.right, 0),
    asked: scores.reduce((n, score) => n + score.asked, 0),
  }
  return { total, scores, wrong }
}

const [path = '', heldOut = '', result = ''] = process.argv.slice(2)
const gguf = readGguf(path)
if (!gguf.ok) throw new Error(gguf.reason)
const model = await LanguageModel.load({
  path: resolve(path),
  gguf: gguf.model,
  slots: 1,
  mostWaiting: 1,
  context: 512,
  threads: 1,
})
const scored = await evaluate(model, JSON.parse(readFileSync(heldOut, 'utf8')) as readonly HeldOut[])
await model.dispose()
const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
writeFileSync(
  result,
  `${JSON.stringify({ model: { bytes: gguf.model.bytes, parameters: gguf.model.parameters, sha256 }, ...scored }, null, 1)}\n`,
)
