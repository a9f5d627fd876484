// Three ways to use a model server: hammer it, hold one long stream, measure it. Each reports JSON lines as it goes.
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Question } from './chat-client.ts'
import { CallFailure, callEvents, type Patience, PATIENCE } from './client.ts'
import { LoadCounts } from './load-counts.ts'

export type Report = (line: object) => void

/** Milliseconds since 1970 with fractions: comparable between the processes of one machine. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}

const QUESTIONS = [
  'What is a pod?',
  'What does a network policy do?',
  'Which pods may call the model?',
  'What is denied?',
  'Tell me about the sea.',
]

/** How long a caller that failed waits before it tries again, so that a refused port does not become a busy loop. */
const AFTER_FAILURE_MS = 50

export interface Load {
  readonly server: URL
  readonly maxTokens: number
  readonly concurrency: number
  readonly patience: Patience
}

function nextQuestion(load: Load, number: number): Question {
  const { server, maxTokens, patience } = load
  return { server, maxTokens, patience, seed: number, text: QUESTIONS[number % QUESTIONS.length] as string }
}

async function oneCall(asked: Question, counts: LoadCounts, signal: AbortSignal): Promise<boolean> {
  counts.started++
  try {
    const answer = ask(asked, signal)
    let result = await answer.next()
    while (!result.done) result = await answer.next()
    counts.answer(result.value)
    return true
  } catch (error) {
    if (signal.aborted) return false
    counts.failure(error)
    return false
  }
}

/** Calls again and again from `concurrency` callers until the signal; a line of counts each `everyMs`, and a last one. */
export async function hammer(
  load: Load & { readonly everyMs: number },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const counts = new LoadCounts()
  const line = (event: 'counts' | 'end') => {
    const { started, answered, tokens, failures } = counts
    report({ event, atMs: now(), started, answered, tokens, ...failures })
  }
  const timer = setInterval(() => line('counts'), load.everyMs)
  const caller = async () => {
    while (!signal.aborted) {
      if (await oneCall(nextQuestion(load, counts.started), counts, signal)) continue
      await sleep(AFTER_FAILURE_MS, undefined, { signal }).catch(() => {})
    }
  }
  await Promise.all(Array.from({ length: load.concurrency }, caller))
  clearInterval(timer)
  line('end')
}

/** However slow the model is, so many answers make a measurement. */
const LEAST_ANSWERS = 3

/**
 * `requests` calls from `concurrency` callers, fewer when `enoughMs` are over and three are answered; one line with times, rate
 * and failures. Resolves with how many failed.
 */
export async function measure(
  load: Load & { readonly requests: number; readonly enoughMs: number },
  report: Report,
  signal: AbortSignal,
): Promise<number> {
  const counts = new LoadCounts()
  const caller = async () => {
    const began = performance.now()
    const enough = (): boolean =>
      performance.now() - began > load.enoughMs && counts.answered + counts.failed >= LEAST_ANSWERS
    while (counts.started < load.requests && !enough() && !signal.aborted)
      await oneCall(nextQuestion(load, counts.started), counts, signal)
  }
  await Promise.all(Array.from({ length: load.concurrency }, caller))
  report({
    event: 'measured',
    requests: counts.started,
    ...counts.summary(),
    failed: counts.failed,
    failures: counts.failures,
  })
  return counts.failed
}

/** Asks a feature API one question and reports its whole answer, or why there is none. */
export async function question(
  asked: { readonly api: URL; readonly text: string },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL('/ask', asked.api)
  url.searchParams.set('q', asked.text)
  let text = ''
  try {
    for await (const { data } of callEvents({ url, patience: PATIENCE }, signal)) {
      text += (JSON.parse(data) as { readonly text?: string }).text ?? ''
    }
    report({ event: 'answer', atMs: now(), text })
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error
    report({ event: 'failed', atMs: now(), reason: error.message })
  }
}

export interface Hold {
  readonly server: URL
  /** The rate that the stream asks for: its pieces come evenly, so that a cut shows at once. */
  readonly tokensPerSecond: number
  /** After so many tokens the stream ends by itself; the server's own bound is 65 536. */
  readonly maxTokens: number
  /** A stream that is silent for this long is reported `silent`, and `resumed` if it goes on. */
  readonly quietMs: number
  /** Opens the stream again when it has ended, broken or stayed silent for `patience.silenceMs`. */
  readonly again: boolean
  /** The reader's own TCP port; any free one when absent. */
  readonly localPort?: number
  readonly patience: Patience
}

/** Between two attempts to open the stream. */
const REOPEN_MS = 500

/**
 * Holds one stream open and reports its life: `opening`, `open` at the first piece, `chunk` for each, `silent` and `resumed`,
 * then one of `ended` (the server came to its end), `reset`, `cut` (silent until patience ran out), or `failed` when it never opened.
 */
export async function hold(given: Hold, report: Report, signal: AbortSignal): Promise<void> {
  for (let seed = 1; !signal.aborted; seed++) {
    await holdOnce(given, report, { seed, signal })
    if (!given.again) return
    await sleep(REOPEN_MS, undefined, { signal }).catch(() => {})
  }
}

async function holdOnce(
  { server, tokensPerSecond, maxTokens, quietMs, patience, localPort }: Hold,
  report: Report,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<void> {
  let chunks = 0
  let lastAtMs = 0
  let quiet = false
  report({ event: 'opening', atMs: now() })
  let timer: NodeJS.Timeout | undefined
  const listen = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      quiet = true
      report({ event: 'silent', atMs: now(), lastAtMs })
    }, quietMs)
  }
  try {
    const text = 'Tell me all you know about network policies.'
    const how = { maxTokens, ignoreEos: true, tokensPerSecond, seed, patience }
    const stream = ask({ server, text, ...how, ...(localPort !== undefined && { localPort }) }, signal)
    for await (const piece of stream) {
      lastAtMs = now()
      listen()
      if (chunks === 0) report({ event: 'open', atMs: lastAtMs })
      if (quiet) report({ event: 'resumed', atMs: lastAtMs })
      quiet = false
      chunks++
      report({ event: 'chunk', atMs: lastAtMs, text: piece })
    }
    report({ event: 'ended', atMs: now(), lastAtMs, chunks })
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof CallFailure)) throw error
    const how = chunks === 0 ? 'failed' : error.kind === 'silent' ? 'cut' : error.kind
    report({ event: how, atMs: now(), lastAtMs, chunks, reason: error.message })
  } finally {
    clearTimeout(timer)
  }
}
