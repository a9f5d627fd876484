// The model server as a process, over a model with seeded random weights: what it generates, counts, refuses and survives.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtimeMissing } from '../src/slm/llama-binding.ts'
import { randomGguf } from './support/random-gguf.ts'
import { refusedServer, type Running, startServer } from './support/slm-server.ts'

const lacking = runtimeMissing()
const skip = lacking === undefined ? '' : ` [needs the model runtime: ${lacking.message}]`

const folder = mkdtempSync(join(tmpdir(), 'moat-slm-'))
const model = join(folder, 'random.gguf')
writeFileSync(model, randomGguf())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Answer {
  readonly choices: readonly [{ readonly message: { readonly content: string }; readonly finish_reason: string }]
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number }
  readonly tokens: readonly number[]
}

const HELLO = [{ role: 'user', content: 'hello there' }]

describe.skipIf(lacking)(`the model server${skip}`, () => {
  let server: Running
  beforeAll(async () => {
    server = await startServer(['--model', model, '--slots', '2', '--queue', '1'])
  })
  afterAll(async () => {
    await server?.stop()
  })

  const post = (path: string, body: unknown, init: RequestInit = {}) =>
    fetch(server.url + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    })

  async function chat(fields: object): Promise<Answer> {
    const response = await post('/v1/chat/completions', {
      messages: HELLO,
      max_tokens: 24,
      return_tokens: true,
      ...fields,
    })
    expect(response.status).toBe(200)
    return (await response.json()) as Answer
  }

  const textOf = (answer: Answer) => answer.choices[0].message.content

  it('says on stdout what it serves, when it is ready', () => {
    expect(server.ready).toMatchObject({ ready: true, model: 'random', source: 'given', context: 192, threads: 1 })
  })

  it('ends cleanly when it is told to, in the middle of an answer too', async () => {
    const other = await startServer(['--model', model])
    const response = await fetch(`${other.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ messages: HELLO, max_tokens: 60_000, ignore_eos: true, stream: true }),
    })
    expect(response.status).toBe(200)
    expect(await other.stop()).toBe(0)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('gives the same text for the same seed, and another for another seed, temperature or prompt', async () => {
    const text = textOf(await chat({ seed: 5 }))
    expect(textOf(await chat({ seed: 5 }))).toBe(text)
    expect(textOf(await chat({ seed: 6 }))).not.toBe(text)
    expect(textOf(await chat({ seed: 5, temperature: 0 }))).not.toBe(text)
    expect(textOf(await chat({ seed: 5, messages: [{ role: 'user', content: 'bye' }] }))).not.toBe(text)
  })
})

describe('a model that cannot be served', () => {
  it('is refused with a code and exit code 2 before anything listens', async () => {
    const noModel = join(folder, 'text.gguf')
    writeFileSync(noModel, 'this is not a model, only text with that name')
    const cases: readonly (readonly [string, string])[] = [
      [noModel, 'model-unreadable'],
      [join(folder, 'absent.gguf'), 'model-missing'],
      [folder, 'model-unreadable'],
    ]
    for (const [path, code] of cases) {
      const ended = await refusedServer(['--model', path])
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`[${code}]`) })
    }
  })
})
