// Shares a fixed number of slots in order of arrival, with a bound on how many may wait.

/** Thrown to a caller that finds the waiting line full. */
export class QueueFull extends Error {
  constructor(waiting: number) {
    super(`${waiting} requests are waiting already`)
  }
}

interface Waiter<Slot> {
  readonly resolve: (slot: Slot) => void
  readonly reject: (reason: unknown) => void
  readonly signal: AbortSignal
  readonly onAbort: () => void
}

/** First come, first served. A caller that gives up while it waits leaves the line at once. */
export class Slots<Slot> {
  readonly #free: Slot[]
  readonly #waiting: Waiter<Slot>[] = []
  readonly size: number
  readonly mostWaiting: number

  constructor(slots: readonly Slot[], mostWaiting: number) {
    this.#free = [...slots]
    this.size = slots.length
    this.mostWaiting = mostWaiting
  }

  get busy(): number {
    return this.size - this.#free.length
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves with a slot, which the caller gives back with `release`. Rejects with `QueueFull`, or with the signal's reason. */
  acquire(signal: AbortSignal): Promise<Slot> {
    if (signal.aborted) return Promise.reject(signal.reason as Error)
    const slot = this.#free.pop()
    if (slot !== undefined) return Promise.resolve(slot)
    if (this.#waiting.length >= this.mostWaiting) return Promise.reject(new QueueFull(this.#waiting.length))
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const at = this.#waiting.findIndex((waiter) => waiter.onAbort === onAbort)
        if (at !== -1) this.#waiting.splice(at, 1)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push({ resolve, reject, signal, onAbort })
    })
  }

  release(slot: Slot): void {
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#free.push(slot)
      return
    }
    next.signal.removeEventListener('abort', next.onAbort)
    next.resolve(slot)
  }
}
