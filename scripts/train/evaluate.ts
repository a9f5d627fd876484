// Asks a GGUF the held-out prompts, greedily, through llama.cpp: `node evaluate.ts MODEL HELD_OUT_JSON BINDING_DIR RESULT_JSON`.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { HeldOut } from './corpus.ts'

/** What is used of the llama.cpp binding for Node. */
interface Binding {
  loadModel(options: {
    model: string
    n_ctx: number
    n_threads: number
    n_gpu_layers: number
    n_parallel: number
  }): Promise<Context>
}
interface Context {
  completion(options: {
    messages: readonly { role: string; content: string }[]
    jinja: boolean
    temperature: number
    seed: number
    n_predict: number
  }): Promise<{ text: string; tokens_predicted: number }>
  release(): Promise<void>
}

export interface Score {
  readonly category: string
  readonly right: number
  readonly asked: number
  readonly meanTokens: number
}

/** One line per prompt; an answer is right when the whole of it matches the pattern of right answers. */
async function main(): Promise<void> {
  const [model = '', heldOut = '', binding = '', result = ''] = process.argv.slice(2)
  const prompts = JSON.parse(readFileSync(heldOut, 'utf8')) as readonly HeldOut[]
  const load = createRequire(join(resolve(binding), 'package.json'))('@fugood/llama.node') as Binding
  const context = await load.loadModel({
    model: resolve(model),
    n_ctx: 512,
    n_threads: 1,
    n_gpu_layers: 0,
    n_parallel: 1,
  })
  const tally = new Map<string, { right: number; asked: number; tokens: number }>()
  const wrong: { category: string; ask: string; answer: string }[] = []
  for (const prompt of prompts) {
    const messages = [
      ...prompt.before.flatMap((turn) => [
        { role: 'user', content: turn.ask },
        { role: 'assistant', content: turn.answer },
      ]),
      { role: 'user', content: prompt.ask },
    ]
    const answer = await whenFree(() =>
      context.completion({ messages, jinja: true, temperature: 0, seed: 1, n_predict: 480 }),
    )
    const entry = tally.get(prompt.category) ?? { right: 0, asked: 0, tokens: 0 }
    tally.set(prompt.category, entry)
    entry.asked++
    entry.tokens += answer.tokens_predicted
    if (new RegExp(prompt.accept, 'u').test(answer.text)) entry.right++
    else wrong.push({ category: prompt.category, ask: prompt.ask, answer: answer.text })
  }
  await context.release()
  const scores: Score[] = [...tally].map(([category, t]) => ({
    category,
    right: t.right,
    asked: t.asked,
    meanTokens: Math.round(t.tokens / t.asked),
  }))
  const total = { right: scores.reduce((n, s) => n + s.right, 0), asked: scores.reduce((n, s) => n + s.asked, 0) }
  const file = readFileSync(model)
  const about = { bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') }
  writeFileSync(result, `${JSON.stringify({ model: about, total, scores, wrong }, null, 1)}\n`)
}

/** The binding can settle a completion's promise just before it is free for the next one. */
async function whenFree<T>(complete: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await complete()
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('in progress')) throw error
      await new Promise((free) => setImmediate(free))
    }
  }
}

await main()
