// The HTTP API over a model that says what the test lets it say.
import { describe, expect, it } from 'vitest'
import { type ServedModel, slmApi } from './api.ts'
import type { Generation, Outcome, Piece } from './language-model.ts'
import { QueueFull, Slots } from './slots.ts'

interface Said {
  readonly texts: readonly string[]
  readonly outcome?: Partial<Outcome>
  readonly failure?: Error
}

function served(said: Said = { texts: ['Hello', ' you'] }) {
  const generations: Generation[] = []
  const model: ServedModel = {
    contextSize: 16,
    vocabularySize: 100,
    slots: new Slots([], 0),
    promptText: (messages) => {
      if (messages.some(({ role }) => role === 'system')) throw new Error('no system messages')
      return messages.map(({ content }) => content).join(' ')
    },
    promptTokens: (text) => text.split(' ').map((_, i) => i),
    tokenize: (text) => [text.length],
    detokenize: (tokens) => tokens.join(','),
    async *generate(generation): AsyncGenerator<Piece, Outcome> {
      generations.push(generation)
      for (const [token, text] of said.texts.entries()) yield { text, tokens: [token] }
      if (said.failure) throw said.failure
      const completionTokens = said.texts.length
      return { finishReason: 'stop', promptTokens: 2, completionTokens, promptMs: 1, predictedMs: 2, ...said.outcome }
    },
  }
  const api = slmApi({ id: 'test-model', model: () => model, about: { parameters: 5 } })
  const post = (body: unknown, path = '/v1/chat/completions') =>
    api.request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
  return { api, post, generations }
}

const messages = [{ role: 'user', content: 'hi there' }]

describe('a chat completion', () => {
  it('has the shape that OpenAI clients read', async () => {
    const { post, generations } = served()
    const response = await post({ messages, seed: 7, max_tokens: 5, stop: 'x' })
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'test-model',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello you' },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
      timings: { prompt_n: 2, prompt_ms: 1, predicted_n: 2, predicted_ms: 2, predicted_per_second: 1000 },
    })
    expect(generations).toMatchObject([{ maxTokens: 5, stop: ['x'], sampling: { seed: 7 }, prompt: [0, 1] }])
  })

  it('streams with one identity, and ends with the finish reason and [DONE]', async () => {
    const { post } = served({ texts: ['a', 'b'], outcome: { finishReason: 'length' } })
    const response = await post({ messages, stream: true })
    const data = (await response.text()).split('\n\n').filter(Boolean)
    expect(data.at(-1)).toBe('data: [DONE]')
    const chunks = data.slice(0, -1).map((line) => JSON.parse(line.slice(6)) as { readonly id: string })
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
    expect(chunks).toMatchObject([
      { choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] },
      { choices: [{ delta: { content: 'a' } }] },
      { choices: [{ delta: { content: 'b' } }] },
      { choices: [{ delta: {}, finish_reason: 'length' }] },
    ])
  })

  it('that fails at once has a status, and in the middle of a stream an event', async () => {
    const failure = new Error('out of memory')
    const atOnce = await served({ texts: [], failure }).post({ messages, stream: true })
    expect([atOnce.status, await atOnce.json()]).toMatchObject([500, { error: { type: 'server_error' } }])
    const later = await served({ texts: ['a'], failure }).post({ messages, stream: true })
    expect(await later.text()).toMatch(
      /data: \{"error":\{"message":"Error: out of memory".*generation_failed"\}\}\n\n$/,
    )
  })

  it('is refused with 503 when the line is full', async () => {
    const response = await served({ texts: [], failure: new QueueFull(32) }).post({ messages })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await response.json()).toMatchObject({ error: { code: 'queue_full', type: 'unavailable_error' } })
  })

  it('is refused when its messages do not fit, by tokens or by sheer length, or the template refuses them', async () => {
    const { post, generations } = served()
    for (const content of ['word '.repeat(16), 'x'.repeat(16 * 64 + 1)]) {
      const response = await post({ messages: [{ role: 'user', content }] })
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { error: { code: 'context_length_exceeded' } },
      ])
    }
    const system = await post({ messages: [{ role: 'system', content: 'be kind' }, ...messages] })
    expect(await system.json()).toMatchObject({ error: { code: 'template_refused', param: 'messages' } })
    expect(generations).toEqual([])
  })

  it.each(['', '{', '{"messages":', 'null]', '\u0000'])('is refused when its body is not JSON: %j', async (body) => {
    const response = await served().post(body)
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_json' } }])
  })

  it('is refused when its body is too large, and when it is nested without end only because it is wrong', async () => {
    const { post } = served()
    expect((await post({ messages: [{ role: 'user', content: 'x'.repeat(262_144) }] })).status).toBe(413)
    const deep = await post(`{"messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    expect([deep.status, await deep.json()]).toMatchObject([400, { error: { param: 'messages[0].role' } }])
  })
})

describe('the other routes', () => {
  it('wait for the model: 503 until it is loaded, while the list of models is there', async () => {
    const api = slmApi({ id: 'slow', model: () => undefined, about: {} })
    for (const path of ['/health', '/metrics']) {
      const response = await api.request(path)
      expect([response.status, await response.json()]).toMatchObject([503, { error: { code: 'model_loading' } }])
    }
    expect((await api.request('/v1/chat/completions', { method: 'POST', body: '{}' })).status).toBe(503)
    expect(await (await api.request('/v1/models')).json()).toMatchObject({ data: [{ id: 'slow' }] })
  })

  it('count what happened to the requests', async () => {
    const { api, post } = served()
    await post({ messages })
    await (await post({ messages, stream: true })).text()
    await post({})
    const text = await (await api.request('/metrics')).text()
    expect(text).toContain('moat_slm_requests_total{ending="answered"} 2\n')
    expect(text).toContain('moat_slm_requests_total{ending="refused"} 1\n')
    expect(text).toContain('llamacpp:tokens_predicted_total 4\n')
    expect(text).toContain('llamacpp:prompt_tokens_total 4\n')
  })

  it('refuse wrong values', async () => {
    const { post } = served()
    for (const body of [{}, null, { content: 5 }]) expect((await post(body, '/tokenize')).status).toBe(400)
    for (const body of [{}, null, { tokens: 'a' }, { tokens: [1.5] }, { tokens: [-1] }, { tokens: [100] }]) {
      expect((await post(body, '/detokenize')).status).toBe(400)
    }
  })

  it('are the only ones: 404 for others, 405 with the right method for a wrong one', async () => {
    const { api } = served()
    expect((await api.request('/v1/embeddings', { method: 'POST' })).status).toBe(404)
    expect((await api.request('/__proto__')).status).toBe(404)
    const wrong = await api.request('/health', { method: 'POST' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET'])
  })
})
