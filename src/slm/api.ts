// The HTTP API over a language model: OpenAI's chat completions, and what llama.cpp's own server offers beside them.
import { Hono } from 'hono'
import { ApiError, invalid } from './api-error.ts'
import { type Answered, document, events, type Started } from './chat-answer.ts'
import { type ChatRequest, chatRequest } from './chat-request.ts'
import { eventStream } from './event-stream.ts'
import type { Generation, LanguageModel } from './language-model.ts'
import { Metrics } from './metrics.ts'
import { jsonBody } from './request-body.ts'
import { QueueFull } from './slots.ts'

export type ServedModel = Pick<
  LanguageModel,
  'promptText' | 'promptTokens' | 'tokenize' | 'detokenize' | 'generate' | 'contextSize' | 'vocabularySize'
> & { readonly slots: Pick<LanguageModel['slots'], 'busy' | 'waiting' | 'size'> }

export interface Served {
  /** How the model is called in answers: the name of its file. */
  readonly id: string
  /** `undefined` while it loads. */
  readonly model: () => ServedModel | undefined
  /** Facts about the model for `/v1/models`. */
  readonly about: Readonly<Record<string, string | number>>
}

const ALLOWED: Readonly<Record<string, string>> = {
  '/health': 'GET',
  '/metrics': 'GET',
  '/v1/models': 'GET',
  '/v1/chat/completions': 'POST',
  '/tokenize': 'POST',
  '/detokenize': 'POST',
  '/apply-template': 'POST',
}

export function slmApi(served: Served): Hono {
  const api = new Hono()
  const metrics = new Metrics()
  const created = Math.floor(Date.now() / 1000)

  const ready = (): ServedModel => {
    const model = served.model()
    if (model) return model
    throw unavailable('model_loading', 'the model is loading')
  }

  api.get('/health', (c) => {
    ready()
    return c.json({ status: 'ok' })
  })

  api.get('/v1/models', (c) =>
    c.json({
      object: 'list',
      data: [{ id: served.id, object: 'model', created, owned_by: 'modelmoat', meta: served.about }],
    }),
  )

  api.get('/metrics', (c) => {
    const model = ready()
    const { busy, waiting, size } = model.slots
    const gauges = { model: served.id, busy, waiting, slots: size, contextSize: model.contextSize }
    return c.text(metrics.print(gauges), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  })

  api.post('/tokenize', async (c) =>
    c.json({ tokens: ready().tokenize(textField(await jsonBody(c.req.raw), 'content')) }),
  )

  api.post('/detokenize', async (c) => {
    const model = ready()
    const tokens = objectOf(await jsonBody(c.req.raw))['tokens']
    const known = (token: unknown) =>
      Number.isInteger(token) && Number(token) >= 0 && Number(token) < model.vocabularySize
    if (!Array.isArray(tokens) || !tokens.every(known)) {
      throw invalid('invalid_value', '`tokens` must be a list of token numbers of this model', 'tokens')
    }
    return c.json({ content: model.detokenize(tokens as number[]) })
  })

  api.post('/apply-template', async (c) =>
    c.json({ prompt: promptText(ready(), chatRequest(await jsonBody(c.req.raw))) }),
  )

  api.post('/v1/chat/completions', async (c) => {
    const dropped = new AbortController()
    c.req.raw.signal.addEventListener('abort', () => dropped.abort(), { once: true })
    try {
      const model = ready()
      const request = chatRequest(await jsonBody(c.req.raw))
      const started = await start(model.generate(generation(model, request), dropped.signal))
      const answered: Answered = { request, model: served.id, started }
      if (!request.stream) {
        const body = await document(answered, (outcome) => metrics.generated(outcome))
        metrics.ended('answered')
        return c.json(body)
      }
      return streamed(answered, dropped, metrics)
    } catch (error) {
      metrics.ended(
        dropped.signal.aborted
          ? 'dropped'
          : error instanceof ApiError || error instanceof QueueFull
            ? 'refused'
            : 'failed',
      )
      throw error
    }
  })

  api.notFound((c) => {
    const allow = ALLOWED[c.req.path]
    if (allow !== undefined) return wrongMethod(c.req.method, allow).response()
    return new ApiError({
      status: 404,
      type: 'not_found_error',
      code: 'unknown_route',
      message: `there is no \`${c.req.path}\` here`,
    }).response()
  })

  api.onError((error) => errorResponse(error))
  return api
}

function streamed(answered: Answered, dropped: AbortController, metrics: Metrics): Response {
  return eventStream({
    data: events(answered, (outcome) => {
      metrics.generated(outcome)
      metrics.ended('answered')
    }),
    abandon: () => {
      metrics.ended('dropped')
      dropped.abort()
      void answered.started.rest.return(undefined as never)
    },
    failure: (error) => {
      if (!dropped.signal.aborted) metrics.ended('failed')
      return JSON.stringify({
        error: { message: String(error), type: 'server_error', param: null, code: 'generation_failed' },
      })
    },
  })
}

async function start(rest: Started['rest']): Promise<Started> {
  return { first: await rest.next(), rest }
}

function promptText(model: ServedModel, { messages }: ChatRequest): string {
  try {
    return model.promptText(messages)
  } catch (error) {
    throw invalid(
      'template_refused',
      `the model's chat template refuses these messages: ${(error as Error).message}`,
      'messages',
    )
  }
}

/** No vocabulary has longer tokens that matter: a text beyond this is not worth the time of splitting it. */
const MOST_UNITS_PER_TOKEN = 64

function generation(model: ServedModel, request: ChatRequest): Generation {
  const text = promptText(model, request)
  if (text.length > model.contextSize * MOST_UNITS_PER_TOKEN) {
    throw invalid(
      'context_length_exceeded',
      `the messages are ${text.length} characters long and the model sees ${model.contextSize} tokens at once`,
      'messages',
    )
  }
  const prompt = model.promptTokens(text)
  if (prompt.length >= model.contextSize) {
    throw invalid(
      'context_length_exceeded',
      `the messages are ${prompt.length} tokens long and the model sees ${model.contextSize} at once, answer included`,
      'messages',
    )
  }
  const { maxTokens, sampling, stop, ignoreEos, tokensPerSecond } = request
  return { prompt, maxTokens, sampling, stop, ignoreEos, tokensPerSecond }
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
}

function textField(body: unknown, field: string): string {
  const value = objectOf(body)[field]
  if (typeof value !== 'string') throw invalid('invalid_value', `\`${field}\` must be a text`, field)
  return value
}

function unavailable(code: string, message: string): ApiError {
  return new ApiError({ status: 503, type: 'unavailable_error', code, message, headers: { 'retry-after': '1' } })
}

function wrongMethod(method: string, allow: string): ApiError {
  return new ApiError({
    status: 405,
    type: 'invalid_request_error',
    code: 'wrong_method',
    message: `\`${method}\` is not allowed here, use ${allow}`,
    headers: { allow },
  })
}

function errorResponse(error: unknown): Response {
  if (error instanceof ApiError) return error.response()
  if (error instanceof QueueFull) return unavailable('queue_full', `${error.message}, try again later`).response()
  return new ApiError({
    status: 500,
    type: 'server_error',
    code: 'internal_error',
    message: error instanceof Error ? error.message : String(error),
  }).response()
}
