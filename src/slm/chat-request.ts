// What a client may ask: the body of `/v1/chat/completions`, checked field by field before anything runs.
import * as v from 'valibot'
import { type ApiError, invalid } from './api-error.ts'
import type { Message, Sampling } from './language-model.ts'

/** The most tokens one request may ask for; only `ignore_eos` can go beyond the model's context. */
export const MOST_TOKENS = 65_536
const DEFAULT_TOKENS = 256
const MOST_MESSAGES = 128

export interface ChatRequest {
  readonly messages: readonly Message[]
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly maxTokens: number
  readonly sampling: Sampling
  readonly stop: readonly string[]
  readonly ignoreEos: boolean
  readonly tokensPerSecond: number | undefined
  readonly returnTokens: boolean
}

const content = v.union(
  [v.string(), v.pipe(v.array(v.object({ type: v.literal('text'), text: v.string() })), v.minLength(1))],
  'must be a text or a list of `{"type":"text","text":…}` parts',
)

const message = v.object(
  {
    role: v.picklist(['system', 'developer', 'user', 'assistant'], 'must be `system`, `user` or `assistant`'),
    content,
  },
  'must be an object with `role` and `content`',
)

function within(least: number, most: number) {
  const text = `must be a number from ${least} to ${most}`
  return v.pipe(v.number(text), v.minValue(least, text), v.maxValue(most, text))
}

function whole(least: number, most: number) {
  const text = `must be a whole number from ${least} to ${most}`
  return v.pipe(v.number(text), v.integer(text), v.minValue(least, text), v.maxValue(most, text))
}

const flag = v.nullish(v.boolean('must be true or false'), false)

const stopText = v.pipe(
  v.string('must be a text'),
  v.minLength(1, 'must not be empty'),
  v.maxLength(256, 'must not be longer than 256'),
)
const stop = v.nullish(
  v.union(
    [stopText, v.pipe(v.array(stopText), v.maxLength(4))],
    'must be a text or up to 4 texts of 1 to 256 characters',
  ),
  [],
)

const sampling = {
  max_tokens: v.nullish(whole(1, MOST_TOKENS)),
  max_completion_tokens: v.nullish(whole(1, MOST_TOKENS)),
  temperature: v.nullish(within(0, 2), 0.8),
  top_p: v.nullish(within(0, 1), 0.95),
  top_k: v.nullish(whole(0, 1_000_000), 40),
  min_p: v.nullish(within(0, 1), 0),
  seed: v.nullish(whole(-1, 2 ** 32 - 1), -1),
  stop,
  ignore_eos: flag,
  tokens_per_second: v.nullish(within(0.1, 10_000)),
  return_tokens: flag,
  stream: flag,
  stream_options: v.nullish(v.object({ include_usage: flag }, 'must be an object')),
  model: v.nullish(v.string('must be a text')),
}

const chat = v.object(
  {
    messages: v.pipe(
      v.array(message, 'must be a list of messages'),
      v.minLength(1, 'must not be empty'),
      v.maxLength(MOST_MESSAGES, `must not have more than ${MOST_MESSAGES} messages`),
    ),
    ...sampling,
  },
  'the body must be a JSON object',
)

/** Fields that would change the answer, with the values that ask for nothing. Others than these and ours are ignored, as other servers do. */
const UNSUPPORTED: Readonly<Record<string, (value: unknown) => boolean>> = {
  n: (value) => value === 1,
  tools: (value) => Array.isArray(value) && value.length === 0,
  functions: (value) => Array.isArray(value) && value.length === 0,
  response_format: (value) => (value as { readonly type?: unknown }).type === 'text',
  logprobs: (value) => value === false,
  logit_bias: (value) => typeof value === 'object' && Object.keys(value as object).length === 0,
  frequency_penalty: (value) => value === 0,
  presence_penalty: (value) => value === 0,
}

/** `messages[0].role` */
function pathOf(issue: v.BaseIssue<unknown>): string | undefined {
  const keys = issue.path?.map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return keys?.join('').replace(/^\./, '')
}

/** The deepest complaint: a list of parts with a wrong part is not "not a text". */
function complaint(issue: v.BaseIssue<unknown>): ApiError {
  const param = pathOf(issue)
  const missing = issue.received === 'undefined'
  const text = missing && param !== undefined ? 'is missing' : issue.message
  const message = param === undefined ? text : `\`${param}\` ${text}`
  return invalid(missing ? 'missing_required_parameter' : 'invalid_value', message, param)
}

function unsupported(body: Readonly<Record<string, unknown>>): ApiError | undefined {
  for (const [field, harmless] of Object.entries(UNSUPPORTED)) {
    const value = body[field]
    if (value !== undefined && value !== null && !harmless(value)) {
      return invalid('unsupported_parameter', `\`${field}\` is not supported by this server`, field)
    }
  }
  return undefined
}

function plain(text: v.InferOutput<typeof content>): string {
  return typeof text === 'string' ? text : text.map((part) => part.text).join('')
}

/** Reads the body of a chat request. Throws an `ApiError` that names the field. */
export function chatRequest(body: unknown): ChatRequest {
  const result = v.safeParse(chat, body, { abortEarly: true })
  if (!result.success) throw complaint(result.issues[0])
  const refused = unsupported(body as Readonly<Record<string, unknown>>)
  if (refused) throw refused
  const { output } = result
  return {
    messages: output.messages.map(({ role, content }) => ({
      role: role === 'developer' ? 'system' : role,
      content: plain(content),
    })),
    stream: output.stream,
    includeUsage: output.stream_options?.include_usage ?? false,
    maxTokens: output.max_completion_tokens ?? output.max_tokens ?? DEFAULT_TOKENS,
    sampling: {
      temperature: output.temperature,
      topP: output.top_p,
      topK: output.top_k,
      minP: output.min_p,
      seed: output.seed === -1 ? Math.floor(Math.random() * 2 ** 32) : output.seed,
    },
    stop: typeof output.stop === 'string' ? [output.stop] : output.stop,
    ignoreEos: output.ignore_eos,
    tokensPerSecond: output.tokens_per_second ?? undefined,
    returnTokens: output.return_tokens,
  }
}
