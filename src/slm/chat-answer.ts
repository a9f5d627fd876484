// Answers of `/v1/chat/completions`: one JSON document, or chunks as server-sent events.
import { randomUUID } from 'node:crypto'
import type { ChatRequest } from './chat-request.ts'
import type { Outcome, Piece } from './language-model.ts'

/** One generation, started: its first piece (or its end) is there, so that what goes wrong before it still has a status. */
export interface Started {
  readonly first: IteratorResult<Piece, Outcome>
  readonly rest: AsyncGenerator<Piece, Outcome>
}

export interface Answered {
  readonly request: ChatRequest
  readonly model: string
  readonly started: Started
}

interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
}

function usageOf(outcome: Outcome): Usage {
  return {
    prompt_tokens: outcome.promptTokens,
    completion_tokens: outcome.completionTokens,
    total_tokens: outcome.promptTokens + outcome.completionTokens,
  }
}

function timingsOf(outcome: Outcome): Readonly<Record<string, number>> {
  const seconds = outcome.predictedMs / 1000
  return {
    prompt_n: outcome.promptTokens,
    prompt_ms: outcome.promptMs,
    predicted_n: outcome.completionTokens,
    predicted_ms: outcome.predictedMs,
    predicted_per_second: seconds > 0 ? outcome.completionTokens / seconds : 0,
  }
}

async function* pieces({ first, rest }: Started): AsyncGenerator<Piece, Outcome> {
  let result = first
  while (!result.done) {
    yield result.value
    result = await rest.next()
  }
  return result.value
}

function head(object: 'chat.completion' | 'chat.completion.chunk', model: string) {
  return { id: `chatcmpl-${randomUUID()}`, object, created: Math.floor(Date.now() / 1000), model }
}

/** The whole answer as one document. `onEnd` is told the outcome. */
export async function document({ request, model, started }: Answered, onEnd: (outcome: Outcome) => void) {
  const texts: string[] = []
  const tokens: number[] = []
  const all = pieces(started)
  let result = await all.next()
  while (!result.done) {
    texts.push(result.value.text)
    tokens.push(...result.value.tokens)
    result = await all.next()
  }
  const outcome = result.value
  onEnd(outcome)
  return {
    ...head('chat.completion', model),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: texts.join('') },
        logprobs: null,
        finish_reason: outcome.finishReason,
      },
    ],
    usage: usageOf(outcome),
    timings: timingsOf(outcome),
    ...(request.returnTokens ? { tokens } : {}),
  }
}

/** The answer as the data of server-sent events: role, content, finish reason, usage where asked, `[DONE]`. */
export async function* events(
  { request, model, started }: Answered,
  onEnd: (outcome: Outcome) => void,
): AsyncGenerator<string, void> {
  const common = head('chat.completion.chunk', model)
  const chunk = (delta: object, finishReason: string | null, extra: object = {}) =>
    JSON.stringify({
      ...common,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(request.includeUsage ? { usage: null } : {}),
      ...extra,
    })
  yield chunk({ role: 'assistant', content: '' }, null)
  const all = pieces(started)
  let result = await all.next()
  while (!result.done) {
    const { text, tokens } = result.value
    yield chunk({ content: text }, null, request.returnTokens ? { tokens } : {})
    result = await all.next()
  }
  const outcome = result.value
  onEnd(outcome)
  yield chunk({}, outcome.finishReason, { timings: timingsOf(outcome) })
  if (request.includeUsage) yield JSON.stringify({ ...common, choices: [], usage: usageOf(outcome) })
  yield '[DONE]'
}
