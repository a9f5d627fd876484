// Turns tokens into text as they come: holds back half characters, and whatever may be the beginning of a stop text.

/** Gives the text of tokens; text that ends inside a character ends with U+FFFD. */
export type Detokenize = (tokens: readonly number[], before: readonly number[]) => string

const REPLACEMENT = '\ufffd'
/** A character has at most four bytes, hence at most four byte tokens. */
const MOST_HELD = 4
const LOOK_BACK = 8

/** Collects tokens and gives whole characters. */
export class TokenText {
  readonly #detokenize: Detokenize
  #before: number[] = []
  #held: number[] = []

  constructor(detokenize: Detokenize) {
    this.#detokenize = detokenize
  }

  /** The text that has become complete with this token; empty while a character is incomplete. */
  push(token: number): string {
    this.#held.push(token)
    const text = this.#detokenize(this.#held, this.#before)
    if (text.endsWith(REPLACEMENT) && this.#held.length < MOST_HELD) return ''
    return this.#release(text)
  }

  /** What is still held when no token follows. */
  end(): string {
    return this.#held.length === 0 ? '' : this.#release(this.#detokenize(this.#held, this.#before))
  }

  #release(text: string): string {
    this.#before = [...this.#before, ...this.#held].slice(-LOOK_BACK)
    this.#held = []
    return text
  }
}

/** Passes text on until one of the stop texts appears; that one and what follows it is dropped. */
export class StopText {
  readonly #stops: readonly string[]
  #held = ''
  /** Whether a stop text has appeared. */
  stopped = false

  constructor(stops: readonly string[]) {
    this.#stops = stops
  }

  /** The part of the text so far that cannot belong to a stop text. */
  push(text: string): string {
    if (this.stopped) return ''
    this.#held += text
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((at) => at !== -1)
    if (found.length > 0) {
      this.stopped = true
      const out = this.#held.slice(0, Math.min(...found))
      this.#held = ''
      return out
    }
    const keep = Math.max(0, ...this.#stops.map((stop) => this.#overlap(stop)))
    const out = this.#held.slice(0, this.#held.length - keep)
    this.#held = this.#held.slice(this.#held.length - keep)
    return out
  }

  /** What was held back when no text follows. */
  end(): string {
    const out = this.#held
    this.#held = ''
    return out
  }

  /** How many units at the end of the held text are the beginning of a stop text. */
  #overlap(stop: string): number {
    for (let length = Math.min(stop.length - 1, this.#held.length); length > 0; length--) {
      if (this.#held.endsWith(stop.slice(0, length))) return length
    }
    return 0
  }
}
