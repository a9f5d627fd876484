// Counts and times of many calls, as the load programs report them.
import type { Measured } from './chat-client.ts'
import { CallFailure, type FailureKind } from './client.ts'

export type Failures = Readonly<Record<FailureKind, number>>

/** Times in milliseconds; 0 where no call was answered. */
export interface Summary {
  readonly answered: number
  readonly tokens: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly firstTokenP50Ms: number
  /** Tokens of all answers over the time that their calls took, one after another. */
  readonly tokensPerSecond: number
}

/** The smallest value that at least this share of the values do not exceed; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

const NO_FAILURES: Failures = { unreachable: 0, unanswered: 0, silent: 0, reset: 0, refused: 0, malformed: 0 }

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

export class LoadCounts {
  started = 0
  answered = 0
  tokens = 0
  #failures: Failures = NO_FAILURES
  readonly #measured: Measured[] = []

  answer(measured: Measured): void {
    this.answered++
    this.tokens += measured.completionTokens
    this.#measured.push(measured)
  }

  /** Counts a failed call; anything but a `CallFailure` is a bug and thrown again. */
  failure(error: unknown): void {
    if (!(error instanceof CallFailure)) throw error
    this.#failures = { ...this.#failures, [error.kind]: this.#failures[error.kind] + 1 }
  }

  get failures(): Failures {
    return this.#failures
  }

  get failed(): number {
    return Object.values(this.#failures).reduce((a, b) => a + b, 0)
  }

  summary(): Summary {
    const totals = this.#measured.map(({ totalMs }) => totalMs)
    const seconds = totals.reduce((a, b) => a + b, 0) / 1000
    return {
      answered: this.answered,
      tokens: this.tokens,
      p50Ms: rounded(percentile(totals, 0.5)),
      p95Ms: rounded(percentile(totals, 0.95)),
      firstTokenP50Ms: rounded(
        percentile(
          this.#measured.map(({ firstTokenMs }) => firstTokenMs),
          0.5,
        ),
      ),
      tokensPerSecond: seconds > 0 ? rounded(this.tokens / seconds) : 0,
    }
  }
}
