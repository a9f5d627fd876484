// The model server as a process, over a model with seeded random weights: what it generates, counts, refuses and survives.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtimeMissing } from '../src/slm/llama-binding.ts'
import { BUNDLED_PATH } from '../src/slm/weights.ts'
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

interface Chunk {
  readonly object: string
  readonly choices: readonly {
    readonly delta: { readonly role?: string; readonly content?: string }
    readonly finish_reason: string | null
  }[]
  readonly usage?: Answer['usage'] | null
  readonly tokens?: readonly number[]
}

const HELLO = [{ role: 'user', content: 'hello there' }]
/** Longer than any test waits: it ends only when someone drops it. */
const ENDLESS = { messages: HELLO, max_tokens: 65_536, ignore_eos: true, tokens_per_second: 50, stream: true }

function client(url: () => string) {
  const post = (path: string, body: unknown, signal?: AbortSignal) =>
    fetch(url() + path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    })
  return {
    post,
    chat: async (fields: object): Promise<Answer> => {
      const body = { messages: HELLO, max_tokens: 24, return_tokens: true, ...fields }
      const response = await post('/v1/chat/completions', body)
      expect(response.status).toBe(200)
      return (await response.json()) as Answer
    },
    refusal: async (body: unknown) => {
      const response = await post('/v1/chat/completions', body)
      const { error } = (await response.json()) as { readonly error: Readonly<Record<string, unknown>> }
      return { status: response.status, type: error['type'], param: error['param'], code: error['code'] }
    },
    chunks: async (fields: object): Promise<Chunk[]> => {
      const body = { messages: HELLO, max_tokens: 24, stream: true, return_tokens: true, ...fields }
      const text = await (await post('/v1/chat/completions', body)).text()
      const data = text.split('\n\n').filter(Boolean)
      expect(data.pop()).toBe('data: [DONE]')
      return data.map((line) => JSON.parse(line.replace(/^data: /, '')) as Chunk)
    },
    gauge: async (name: string): Promise<number> => {
      const text = await (await fetch(`${url()}/metrics`)).text()
      return Number(new RegExp(`^${name.replaceAll(/[{}"]/g, String.raw`\$&`)} (.+)$`, 'm').exec(text)?.[1])
    },
  }
}

type Client = ReturnType<typeof client>

/** Waits until a gauge has a value; the test's own time limit ends a wait that is in vain. */
async function until(on: Client, name: string, value: number): Promise<void> {
  while ((await on.gauge(name)) !== value) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Opens a stream and reads until text has come. */
async function opened(on: Client, body: object = ENDLESS): Promise<AbortController> {
  const dropped = new AbortController()
  const response = await on.post('/v1/chat/completions', body, dropped.signal)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  await reader.read()
  reader.closed.catch(() => {})
  return dropped
}

const textOf = (answer: Answer) => answer.choices[0].message.content

describe.skipIf(lacking)(`the model server${skip}`, () => {
  let server: Running
  const on = client(() => server.url)
  beforeAll(async () => {
    server = await startServer(['--model', model])
  })
  afterAll(async () => {
    await server?.stop()
  })

  it('says on stdout what it serves, when it is ready', () => {
    expect(server.ready).toMatchObject({ ready: true, model: 'random', source: 'given', context: 192, threads: 1 })
  })

  it('ends cleanly when it is told to, in the middle of an answer too', async () => {
    const other = await startServer(['--model', model])
    const response = await client(() => other.url).post('/v1/chat/completions', ENDLESS)
    expect(response.status).toBe(200)
    expect(await other.stop()).toBe(0)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('gives the same text for the same seed, and another for another seed, temperature or prompt', async () => {
    const text = textOf(await on.chat({ seed: 5 }))
    expect(textOf(await on.chat({ seed: 5 }))).toBe(text)
    expect(textOf(await on.chat({ seed: 6 }))).not.toBe(text)
    expect(textOf(await on.chat({ seed: 5, temperature: 0 }))).not.toBe(text)
    expect(textOf(await on.chat({ seed: 5, messages: [{ role: 'user', content: 'bye' }] }))).not.toBe(text)
  })

  it('gives one text at temperature 0, whatever the seed', async () => {
    const text = textOf(await on.chat({ seed: 1, temperature: 0 }))
    expect(textOf(await on.chat({ seed: 2, temperature: 0 }))).toBe(text)
  })

  it('counts the tokens of the prompt and of the answer as the tokenizer does', async () => {
    const answer = await on.chat({ seed: 3 })
    const prompt = (await (await on.post('/apply-template', { messages: HELLO })).json()) as { readonly prompt: string }
    const tokens = (await (await on.post('/tokenize', { content: prompt.prompt })).json()) as {
      readonly tokens: number[]
    }
    const BEGIN = 1
    expect(answer.usage.prompt_tokens).toBe(tokens.tokens.length + BEGIN)
    expect(answer.usage.completion_tokens).toBe(answer.tokens.length)
    expect(answer.usage.total_tokens).toBe(answer.usage.prompt_tokens + answer.tokens.length)
    const text = (await (await on.post('/detokenize', { tokens: answer.tokens })).json()) as {
      readonly content: string
    }
    expect(textOf(answer)).toBe(text.content)
    expect((await on.post('/detokenize', { tokens: [5_000_000] })).status).toBe(400)
  })

  it('stops at max_tokens with `length`, at a stop text before it with `stop`', async () => {
    const full = await on.chat({ seed: 4, max_tokens: 30 })
    expect(full.choices[0].finish_reason).toBe('length')
    expect(full.usage.completion_tokens).toBe(30)
    const text = textOf(full)
    const stop = text.slice(6, 8)
    const stopped = await on.chat({ seed: 4, max_tokens: 30, stop: [stop, 'never there'] })
    expect(stopped.choices[0].finish_reason).toBe('stop')
    expect(textOf(stopped)).toBe(text.slice(0, text.indexOf(stop)))
  })

  it('ends an answer where the context is full, unless it is told to go on', async () => {
    const full = await on.chat({ seed: 9, max_tokens: 1000 })
    expect(full.choices[0].finish_reason).toBe('length')
    expect(full.usage.total_tokens).toBe(192)
    const longer = await on.chat({ seed: 9, max_tokens: 1000, ignore_eos: true })
    expect(longer.usage.completion_tokens).toBeGreaterThan(900)
    // It begins like the short one and does not say the same again.
    expect([textOf(longer).indexOf(textOf(full)), textOf(longer).lastIndexOf(textOf(full))]).toEqual([0, 0])
  })

  it('streams role, text, finish reason and usage, and the same text as without streaming', async () => {
    const whole = await on.chat({ seed: 8 })
    const chunks = await on.chunks({ seed: 8, stream_options: { include_usage: true } })
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(textOf(whole))
    expect(chunks.flatMap((chunk) => chunk.tokens ?? [])).toEqual(whole.tokens)
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage })
    const without = await on.chunks({ seed: 8 })
    expect(without.some((chunk) => 'usage' in chunk)).toBe(false)
  })

  it('answers /health, /metrics and another chat while it generates', async () => {
    const dropped = await opened(on)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
    expect(await on.gauge('llamacpp:requests_processing')).toBe(1)
    expect(textOf(await on.chat({ seed: 8 }))).not.toBe('')
    dropped.abort()
    await until(on, 'llamacpp:requests_processing', 0)
  })

  it('ends the generation of a client that drops: waiting, streaming or not, and counts it', async () => {
    const before = await on.gauge('moat_slm_requests_total{ending="dropped"}')
    const whole = new AbortController()
    const answers = on.post('/v1/chat/completions', { ...ENDLESS, stream: false }, whole.signal)
    answers.catch(() => {})
    const streams = await Promise.all([opened(on), opened(on), opened(on)])
    const waiting = new AbortController()
    const waits = on.post('/v1/chat/completions', ENDLESS, waiting.signal)
    waits.catch(() => {})
    await until(on, 'llamacpp:requests_deferred', 1)
    waiting.abort()
    await until(on, 'llamacpp:requests_deferred', 0)
    for (const stream of [whole, ...streams]) stream.abort()
    await until(on, 'llamacpp:requests_processing', 0)
    await until(on, 'moat_slm_requests_total{ending="dropped"}', before + 5)
    expect(await on.gauge('moat_slm_requests_total{ending="failed"}')).toBe(0)
  })

  it('names its model, and prints metrics that Prometheus can read', async () => {
    const models = (await (await fetch(`${server.url}/v1/models`)).json()) as { readonly data: readonly object[] }
    expect(models.data).toMatchObject([
      { id: 'random', object: 'model', meta: { architecture: 'llama', n_ctx_train: 192 } },
    ])
    const lines = (await (await fetch(`${server.url}/metrics`)).text()).trimEnd().split('\n')
    for (const line of lines) {
      expect(line).toMatch(/^(# (HELP|TYPE) [a-z_:]+ .+|[a-z_:]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+)$/)
    }
    expect(lines.length).toBeGreaterThan(20)
  })

  it('refuses what it cannot answer, naming the field', async () => {
    const wrong = { status: 400, type: 'invalid_request_error' }
    expect(await on.refusal('{"messages": [')).toEqual({ ...wrong, param: null, code: 'invalid_json' })
    expect(await on.refusal('')).toEqual({ ...wrong, param: null, code: 'invalid_json' })
    const value = { ...wrong, code: 'invalid_value' }
    for (const maxTokens of [0, -1, 1.5, 1e9, 65_537, 1e308, '10', true]) {
      expect(await on.refusal({ messages: HELLO, max_tokens: maxTokens })).toEqual({ ...value, param: 'max_tokens' })
    }
    const long = [{ role: 'user', content: 'word '.repeat(400) }]
    expect(await on.refusal({ messages: long })).toEqual({
      ...wrong,
      param: 'messages',
      code: 'context_length_exceeded',
    })
  })

  it('refuses a body that is too large with 413, an unknown route with 404 and a wrong method with 405', async () => {
    const huge = { messages: [{ role: 'user', content: 'x'.repeat(300_000) }] }
    expect(await on.refusal(huge)).toMatchObject({ status: 413, code: 'body_too_large' })
    expect((await fetch(`${server.url}/v2/models`)).status).toBe(404)
    const wrong = await fetch(`${server.url}/v1/chat/completions`)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('does not let a port be taken that is in use', async () => {
    const ended = await refusedServer(['--model', model, '--port', String(server.ready['port'])])
    expect(ended).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('[port-unavailable]') })
  })

  it('serves the model of the package, which answers in words', async () => {
    const bundled = await startServer(['--model', 'bundled'])
    try {
      expect(bundled.ready).toMatchObject({ model: 'moat-tiny', source: 'bundled' })
      const messages = [{ role: 'user', content: 'What is a pod?' }]
      const answer = await client(() => bundled.url).chat({ messages, temperature: 0, max_tokens: 100 })
      expect(textOf(answer)).toMatch(/\bpod\b/)
      expect(answer.choices[0].finish_reason).toBe('stop')
    } finally {
      await bundled.stop()
    }
  })
})

describe.skipIf(lacking)(`the model server with one slot and room for one to wait${skip}`, () => {
  let server: Running
  const on = client(() => server.url)
  beforeAll(async () => {
    server = await startServer(['--model', model, '--slots', '1', '--queue', '1'])
  })
  afterAll(async () => {
    await server?.stop()
  })

  it('refuses the one after with 503, and serves the one that waits when the slot is free', async () => {
    const holder = await opened(on)
    const waits = on.chat({ seed: 2 })
    await until(on, 'llamacpp:requests_deferred', 1)
    const third = await on.post('/v1/chat/completions', { messages: HELLO })
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await third.json()).toMatchObject({ error: { type: 'unavailable_error', code: 'queue_full' } })
    holder.abort()
    expect(textOf(await waits)).toBe(textOf(await on.chat({ seed: 2 })))
  })
})

describe('the model server over a llama-server on PATH', () => {
  const bin = join(folder, 'bin')
  const path = `${bin}:${process.env['PATH'] ?? ''}`
  const asked = ['--runtime', 'llama-server', '--model', model, '--slots', '3', '--context', '100']

  /** A program of that name which answers with its own arguments, or ends at once. */
  function install(body: string): void {
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'llama-server'), `#!${process.execPath}\n${body}\n`, { mode: 0o755 })
  }

  it('starts it with the model, the port and the bounds, and ends it', async () => {
    install(`
      const at = (name) => process.argv[process.argv.indexOf(name) + 1]
      const server = require('node:http').createServer((_, response) => response.end(process.argv.slice(2).join(' ')))
      server.listen(Number(at('--port')), at('--host'))
      process.on('SIGTERM', () => process.exit(0))`)
    const server = await startServer(asked, { PATH: path })
    expect(server.ready).toMatchObject({
      ready: true,
      model: 'random',
      runtime: 'llama-server',
      context: 100,
      slots: 3,
    })
    const args = await (await fetch(server.url)).text()
    expect(args).toContain(`--model ${model} --alias random --host 127.0.0.1 --port ${String(server.ready['port'])}`)
    expect(args).toContain('--parallel 3 --ctx-size 300 --threads 1 --metrics')
    expect(await server.stop()).toBe(0)
  })

  it('says so when it ends by itself, and when there is none', async () => {
    install('process.exit(7)')
    const ended = await refusedServer(asked, { PATH: path })
    expect(ended).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('ended by itself (7)') })
    const none = await refusedServer(asked, { PATH: folder })
    expect(none).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('[runtime-missing]') })
  })
})

describe('a model that cannot be served', () => {
  const UNREADABLE = { code: 2, stdout: '', stderr: expect.stringContaining('[model-unreadable]') as string }

  function refused(name: string, bytes: Buffer) {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return refusedServer(['--model', path])
  }

  it('is refused with a code and exit code 2: text, an empty file, a folder, a file that is not there', async () => {
    expect(await refused('text.gguf', Buffer.from('this is not a model, only text with that name'))).toMatchObject(
      UNREADABLE,
    )
    expect(await refused('empty.gguf', Buffer.alloc(0))).toMatchObject(UNREADABLE)
    expect(await refusedServer(['--model', folder])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it is not a file'),
    })
    const absent = await refusedServer(['--model', join(folder, 'absent.gguf')])
    expect(absent).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[model-missing]') })
  })

  it('is refused when it is truncated, in its header or in its weights', async () => {
    const path = join(folder, 'short.gguf')
    for (const length of [10, 3000, randomGguf().length - 1000]) {
      writeFileSync(path, randomGguf())
      truncateSync(path, length)
      const ended = await refusedServer(['--model', path])
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/trunc|too short/) })
    }
  })

  it.skipIf(lacking)(`is refused when llama.cpp refuses what its header says${skip}`, async () => {
    const bytes = randomGguf()
    bytes.write('lxxma', bytes.indexOf('llama', 0, 'latin1'), 'latin1')
    expect(await refused('architecture.gguf', bytes)).toMatchObject(UNREADABLE)
  })

  it.skipIf(lacking)(`is refused when its contents make native code give up${skip}`, async () => {
    const bytes = randomGguf()
    // Two tokens with one text: llama.cpp asserts that they differ.
    bytes.write('<0x41>', bytes.indexOf('<0x42>', 0, 'latin1'), 'latin1')
    expect(await refused('twice.gguf', bytes)).toMatchObject(UNREADABLE)
  })

  it('is not the reason when the runtime does not run here', async () => {
    const broken = join(folder, 'broken')
    const binding = join(broken, 'node_modules/node-llama-cpp')
    mkdirSync(join(binding, 'dist'), { recursive: true })
    writeFileSync(join(binding, 'package.json'), '{"type":"module"}')
    writeFileSync(
      join(binding, 'dist/index.js'),
      'export async function getLlama() { throw new Error("no such glibc") }',
    )
    const ended = await refusedServer(['--model', 'bundled'], { MOAT_LLAMA_RUNTIME: broken })
    expect(ended).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('[runtime-unusable]') })
    expect(ended.stderr).toContain('no such glibc')
  })

  it('is not the reason when an option is wrong', async () => {
    const ended = await refusedServer(['--slots', 'many'])
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[usage]') })
    expect((await refusedServer(['--model', BUNDLED_PATH], { MOAT_LLAMA_RUNTIME: folder })).stderr).toContain(
      '[runtime-missing]',
    )
  })
})
