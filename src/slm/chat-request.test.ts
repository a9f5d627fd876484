// What a chat request may hold, field by field.
import { describe, expect, it } from 'vitest'
import { ApiError } from './api-error.ts'
import { chatRequest } from './chat-request.ts'

const messages = [{ role: 'user', content: 'hello' }]

function refusal(body: unknown) {
  try {
    chatRequest(body)
  } catch (error) {
    if (error instanceof ApiError) return [error.parts.code, error.parts.param, error.parts.status]
    throw error
  }
  return 'accepted'
}

describe('a chat request', () => {
  it('needs nothing but messages', () => {
    expect(chatRequest({ messages })).toMatchObject({
      messages,
      stream: false,
      maxTokens: 256,
      sampling: { temperature: 0.8, topP: 0.95, topK: 40, minP: 0 },
      stop: [],
      ignoreEos: false,
    })
  })

  it('takes null for every field that may be left out', () => {
    const fields = ['max_tokens', 'temperature', 'top_p', 'seed', 'stop', 'stream', 'stream_options', 'model', 'tools']
    expect(chatRequest({ messages, ...Object.fromEntries(fields.map((field) => [field, null])) }).maxTokens).toBe(256)
  })

  it('draws a seed when none is given, also for -1, and keeps the one that is', () => {
    expect(chatRequest({ messages, seed: 4_294_967_295 }).sampling.seed).toBe(4_294_967_295)
    expect(chatRequest({ messages, seed: 0 }).sampling.seed).toBe(0)
    const seeds = new Set(Array.from({ length: 20 }, () => chatRequest({ messages, seed: -1 }).sampling.seed))
    expect(seeds.size).toBeGreaterThan(10)
  })

  it('reads text parts, developer messages, one stop text and the newer name of max_tokens', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]
    const request = chatRequest({
      messages: [{ role: 'developer', content: parts }],
      stop: 'x',
      max_completion_tokens: 7,
    })
    expect(request).toMatchObject({ messages: [{ role: 'system', content: 'ab' }], stop: ['x'], maxTokens: 7 })
  })

  it('ignores fields that change nothing, and takes unsupported ones that ask for nothing', () => {
    expect(refusal({ messages, user: 'me', n: 1, tools: [], response_format: { type: 'text' }, logprobs: false })).toBe(
      'accepted',
    )
  })

  it.each([
    ['n', 2],
    ['tools', [{}]],
    ['response_format', { type: 'json_object' }],
    ['logprobs', true],
    ['logit_bias', { 5: 1 }],
    ['presence_penalty', 0.5],
  ])('refuses %s where it would change the answer', (field, value) => {
    expect(refusal({ messages, [field]: value })).toEqual(['unsupported_parameter', field, 400])
  })

  it.each([
    [{ messages, temperature: 'hot' }, 'temperature'],
    [{ messages, temperature: 2.5 }, 'temperature'],
    [{ messages, temperature: -1 }, 'temperature'],
    [{ messages, top_p: 1.1 }, 'top_p'],
    [{ messages, seed: 1.5 }, 'seed'],
    [{ messages, seed: 2 ** 32 }, 'seed'],
    [{ messages, stream: 'yes' }, 'stream'],
    [{ messages, stop: '' }, 'stop'],
    [{ messages, stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop'],
    [{ messages, stop: 5 }, 'stop'],
    [{ messages, max_tokens: 1e12 }, 'max_tokens'],
    [{ messages, tokens_per_second: 0 }, 'tokens_per_second'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'hello' }, 'messages'],
    [{ messages: [{ role: 'root', content: '' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content'],
    [{ messages: [...messages, 'text'] }, 'messages[1]'],
    [{ messages: Array.from({ length: 129 }, () => messages[0]) }, 'messages'],
  ])('refuses a wrong value: %j', (body, param) => {
    expect(refusal(body)).toEqual(['invalid_value', param, 400])
  })

  it('says which field is missing, and that the body must be an object', () => {
    expect(refusal({})).toEqual(['missing_required_parameter', 'messages', 400])
    expect(refusal({ messages: [{ content: 'x' }] })).toEqual(['missing_required_parameter', 'messages[0].role', 400])
    for (const body of [null, 5, 'text', true]) expect(refusal(body)).toEqual(['invalid_value', undefined, 400])
  })
})
