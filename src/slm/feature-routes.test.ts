// The feature API against models that answer, refuse, break off and keep silent.
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChatServer, chatServer, delta, ending } from '../../tests/support/chat-server.ts'
import { type Patience, PATIENCE } from './client.ts'
import { featureApi } from './feature-routes.ts'

const SHORT: Patience = { connectMs: 5_000, answerMs: 300, silenceMs: 300 }
let model: ChatServer | undefined
afterEach(async () => {
  await model?.close()
  model = undefined
})

async function over(answer: (response: ServerResponse) => void, patience: Patience = PATIENCE) {
  model = await chatServer(answer)
  return featureApi(model.url, patience)
}

const answering = (response: ServerResponse) => void response.end(delta('a pod') + delta(' is') + ending(2))

describe('the feature API', () => {
  it('passes on what the model says as it comes, then what it cost', async () => {
    const response = await (await over(answering)).request('/ask?q=what&max_tokens=9')
    expect(response.status).toBe(200)
    const data = (await response.text()).split('\n\n').filter(Boolean)
    const parsed = data.map((line) => JSON.parse(line.replace('data: ', '')) as Readonly<Record<string, unknown>>)
    expect(parsed).toMatchObject([
      { text: 'a pod' },
      { text: ' is' },
      { done: { completionTokens: 2, promptTokens: 3 } },
    ])
    expect(model?.asked).toMatchObject([{ max_tokens: 9, messages: [{ role: 'user', content: 'what' }], stream: true }])
  })

  it.each([
    ['/ask', 'q'],
    ['/ask?q=', 'q'],
    [`/ask?q=${'x'.repeat(1001)}`, 'q'],
    ['/ask?q=a&max_tokens=0', 'max_tokens'],
    ['/ask?q=a&max_tokens=100000', 'max_tokens'],
    ['/ask?q=a&max_tokens=some', 'max_tokens'],
  ])('refuses a wrong question: %s', async (path, param) => {
    const response = await (await over(answering)).request(path)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param, code: 'invalid_value' } })
    expect(model?.asked).toEqual([])
  })

  it.each([
    ['refuses', 'upstream_refused', (response: ServerResponse) => void response.writeHead(503).end()],
    ['breaks off', 'upstream_reset', (response: ServerResponse) => void response.destroy()],
    ['keeps silent', 'upstream_unanswered', () => {}],
    ['stops before its first word', 'upstream_silent', (response: ServerResponse) => void response.write(delta(''))],
  ])('answers 502 with the reason when the model %s', async (_, code, answer) => {
    const response = await (await over(answer, SHORT)).request('/ask?q=a')
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { type: 'upstream_error', code } })
  })

  it('answers 502 when there is no model', async () => {
    const api = await over(answering)
    await model?.close()
    model = undefined
    const response = await api.request('/ask?q=a')
    expect([response.status, await response.json()]).toMatchObject([502, { error: { code: 'upstream_unreachable' } }])
  })

  it('says so in the stream when the model stops in the middle', async () => {
    const api = await over((response) => response.write(delta('half')), SHORT)
    const text = await (await api.request('/ask?q=a')).text()
    expect(text).toBe('data: {"text":"half"}\n\ndata: {"error":"nothing came for 300 ms"}\n\n')
  })

  it('is healthy without the model, and has no other routes', async () => {
    const api = await over(answering)
    expect((await api.request('/health')).status).toBe(200)
    expect((await api.request('/')).status).toBe(404)
  })
})
