// The bundled tiny model: the file is what its card says, and its training text can be made again. No llama.cpp is needed here.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Corpus, corpus, normalised, TOPICS } from '../scripts/train/corpus.ts'
import { seeded } from '../scripts/train/random.ts'
import { pattern, render } from '../scripts/train/template.ts'
import { readGguf } from '../src/slm/gguf.ts'

const folder = new URL('../models/tiny/', import.meta.url)
const file = readFileSync(new URL('moat-tiny.gguf', folder))
const evaluation = JSON.parse(readFileSync(new URL('evaluation.json', folder), 'utf8')) as {
  model: { bytes: number; parameters: number; sha256: string }
  total: { right: number; asked: number }
  scores: { category: string; right: number; asked: number }[]
}

describe('the bundled GGUF', () => {
  it('is a whole llama model with a chat template, a context of 512 tokens and a vocabulary of 1024', () => {
    const read = readGguf(fileURLToPath(new URL('moat-tiny.gguf', folder)))
    expect(read).toMatchObject({
      ok: true,
      model: { name: 'moat-tiny', architecture: 'llama', contextLength: 512, vocabularySize: 1024, bytes: file.length },
    })
    expect(read.ok && read.model.chatTemplate).toContain('<|assistant|>')
    expect(read.ok && read.model.parameters).toBe(evaluation.model.parameters)
  })

  it('is smaller than two megabytes', () => {
    expect(file.length).toBeLessThan(2_000_000)
  })

  it('is the file that was evaluated and that the model card describes', () => {
    const sha256 = createHash('sha256').update(file).digest('hex')
    expect(evaluation.model).toMatchObject({ bytes: file.length, sha256 })
    expect(readFileSync(new URL('MODEL_CARD.md', folder), 'utf8')).toContain(sha256)
  })

  it('was asked held-out prompts of every category that has some', () => {
    const sum = (key: 'right' | 'asked'): number => evaluation.scores.reduce((n, score) => n + score[key], 0)
    expect(evaluation.total).toEqual({ right: sum('right'), asked: sum('asked') })
    expect(evaluation.scores.length).toBeGreaterThan(25)
    expect(evaluation.total.right / evaluation.total.asked).toBeGreaterThan(0.9)
  })
})

describe('the training text', () => {
  const made = corpus({ count: 2000, seed: 7 })

  it('is the same for the same seed and differs for another', () => {
    expect(corpus({ count: 2000, seed: 7 })).toEqual(made)
    expect(corpus({ count: 2000, seed: 8 }).train).not.toEqual(made.train)
  })

  it('holds no prompt that is held out for the evaluation, whatever the seeds', () => {
    const key = (asks: readonly string[]): string => asks.map(normalised).join(' / ')
    const heldOut = (c: Corpus): string[] => c.heldOut.map((h) => key([...h.before.map((t) => t.ask), h.ask]))
    const trained = new Set(
      made.train.flatMap((d) =>
        d.turns.flatMap((_, i) => d.turns.slice(i).map((_, j) => key(d.turns.slice(i, i + j + 1).map((t) => t.ask)))),
      ),
    )
    const prompts = [...heldOut(made), ...heldOut(corpus({ count: 1, seed: 99 }))]
    expect(prompts.length).toBeGreaterThan(600)
    expect(prompts.filter((prompt) => trained.has(prompt))).toEqual([])
  })

  it('gives only answers that their own pattern accepts', () => {
    const random = seeded(3)
    for (const topic of TOPICS)
      for (let i = 0; i < 20; i++)
        for (const turn of topic.make(random)) expect(turn.answer).toMatch(new RegExp(turn.accept, 'u'))
  })
})

describe('a template', () => {
  const lists = { pet: ['cat', 'dog'] }

  it('renders choices and slots, and repeats what it picked', () => {
    const text = render('[A|One] <x> met a <p:pet>. The <p> ran.', { x: 'pod' }, { random: seeded(1), lists })
    expect(text).toMatch(/^(A|One) pod met a (cat|dog)\. The \2 ran\.$/)
  })

  it('accepts what it can render and nothing else', () => {
    const accept = new RegExp(pattern('[A|One] <x> met a <p:pet>. The <p> ran.', { x: 'pod' }, lists), 'u')
    expect('One pod met a dog. The dog ran.').toMatch(accept)
    expect('One pod met a dog. The cat ran.').not.toMatch(accept)
    expect('One pod met a dog. The dog ran').not.toMatch(accept)
  })
})
