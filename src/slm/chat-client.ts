// Asks a chat completion of any OpenAI-compatible server and gives its text as it comes, with true counts and times.
import { type Call, CallFailure, callEvents, type Patience, PATIENCE } from './client.ts'

export interface Question {
  /** Base address of the server, without `/v1`. */
  readonly server: URL
  readonly text: string
  readonly maxTokens: number
  readonly temperature?: number
  readonly seed?: number
  readonly ignoreEos?: boolean
  readonly tokensPerSecond?: number
  readonly patience?: Patience
  /** The caller's own TCP port, by which its flow can be told from others. */
  readonly localPort?: number
}

/** What a whole answer cost, in milliseconds since the call began. */
export interface Measured {
  readonly firstTokenMs: number
  readonly totalMs: number
  readonly promptTokens: number
  readonly completionTokens: number
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
  readonly error?: { readonly message: string }
}

function callOf(question: Question): Call {
  const { server, text, maxTokens, temperature, seed, ignoreEos, tokensPerSecond, patience, localPort } = question
  return {
    url: new URL('/v1/chat/completions', server),
    patience: patience ?? PATIENCE,
    ...(localPort !== undefined && { localPort }),
    body: {
      messages: [{ role: 'user', content: text }],
      max_tokens: maxTokens,
      temperature,
      seed,
      ignore_eos: ignoreEos,
      tokens_per_second: tokensPerSecond,
      stream: true,
      stream_options: { include_usage: true },
    },
  }
}

function chunkOf(data: string): Chunk {
  try {
    return JSON.parse(data) as Chunk
  } catch {
    throw new CallFailure('malformed', 'an event that is not JSON')
  }
}

/** Yields each piece of text. Throws a `CallFailure`, or the signal's reason. */
export async function* ask(question: Question, signal: AbortSignal): AsyncGenerator<string, Measured> {
  const started = performance.now()
  let firstTokenMs: number | undefined
  let usage = { prompt_tokens: 0, completion_tokens: 0 }
  for await (const { data } of callEvents(callOf(question), signal)) {
    if (data === '[DONE]') {
      const totalMs = performance.now() - started
      return {
        firstTokenMs: firstTokenMs ?? totalMs,
        totalMs,
        promptTokens: usage.prompt_tokens,
        completionTokens: usage.completion_tokens,
      }
    }
    const chunk = chunkOf(data)
    if (chunk.error) throw new CallFailure('malformed', chunk.error.message)
    usage = chunk.usage ?? usage
    const text = chunk.choices?.[0]?.delta?.content
    if (text !== undefined && text !== '') {
      firstTokenMs ??= performance.now() - started
      yield text
    }
  }
  throw new CallFailure('reset', 'the answer ended before its end')
}
