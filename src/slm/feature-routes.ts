// The routes of the feature API: it answers with what the model says, or with 502 and the reason, within a bound.
import { Hono } from 'hono'
import { ApiError, invalid } from './api-error.ts'
import { ask, type Measured } from './chat-client.ts'
import { CallFailure, type Patience } from './client.ts'
import { eventStream } from './event-stream.ts'

const LONGEST_QUESTION = 1000
const DEFAULT_TOKENS = 64
const MOST_TOKENS = 512

/** Whoever asks the feature API waits no longer than this for a model that does not answer. */
const UPSTREAM: Patience = { connectMs: 3_000, answerMs: 20_000, silenceMs: 20_000 }

type Answer = AsyncGenerator<string, Measured>

export function featureApi(slm: URL, patience: Patience = UPSTREAM): Hono {
  const api = new Hono()

  api.get('/health', (c) => c.json({ status: 'ok' }))

  api.get('/ask', async (c) => {
    const text = c.req.query('q') ?? ''
    if (text === '' || text.length > LONGEST_QUESTION) {
      throw invalid('invalid_value', `\`q\` must be a text of 1 to ${LONGEST_QUESTION} characters`, 'q')
    }
    const maxTokens = Number(c.req.query('max_tokens') ?? DEFAULT_TOKENS)
    if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > MOST_TOKENS) {
      throw invalid('invalid_value', `\`max_tokens\` must be a whole number from 1 to ${MOST_TOKENS}`, 'max_tokens')
    }
    const dropped = new AbortController()
    c.req.raw.signal.addEventListener('abort', () => dropped.abort(), { once: true })
    const answer = ask({ server: slm, text, maxTokens, patience }, dropped.signal)
    // Nothing is sent before the model's first piece of text: until then a failure still has its status.
    const first = await answer.next()
    return eventStream({
      data: data(first, answer),
      abandon: () => dropped.abort(),
      failure: (error) => JSON.stringify({ error: (error as Error).message }),
    })
  })

  api.notFound((c) =>
    new ApiError({
      status: 404,
      type: 'not_found_error',
      code: 'unknown_route',
      message: `there is no \`${c.req.path}\` here`,
    }).response(),
  )

  api.onError((error) => {
    if (error instanceof ApiError) return error.response()
    if (!(error instanceof CallFailure)) throw error
    return new ApiError({
      status: 502,
      type: 'upstream_error',
      code: `upstream_${error.kind}`,
      message: `the model does not answer: ${error.message}`,
    }).response()
  })
  return api
}

/** `{"text":…}` for each piece, then `{"done":…}` with what the answer cost. */
async function* data(first: IteratorResult<string, Measured>, rest: Answer): AsyncGenerator<string, void> {
  let result = first
  while (!result.done) {
    yield JSON.stringify({ text: result.value })
    result = await rest.next()
  }
  yield JSON.stringify({ done: result.value })
}
