// Long answers that are being read while the rules change: the stranger's is cut, the caller's goes on.
import { type Pod, qualifiedName } from '../../policy/snapshot.ts'
import type { FlowEvent } from '../../sandbox/events.ts'
import type { Commit } from '../../sandbox/ruleset-loader.ts'
import type { Actor } from './actors.ts'
import type { StreamResult } from './report.ts'
import { sameAddress } from './who.ts'

/** An answer that a pod reads from the model's API port, begun before the commit. */
export interface HeldStream {
  readonly actor: Actor
  /** The model's pod at the other end. */
  readonly model: Pod
  /** The reader's own port: with its address it names the flow. */
  readonly localPort: number
}

/** True when the packet belongs to the stream's connection, in either direction. */
function belongs(event: FlowEvent, { actor, localPort }: HeldStream): boolean {
  const { addresses } = actor.pod
  return (
    (event.sourcePort === localPort && addresses.some((one) => sameAddress(one, event.source))) ||
    (event.destinationPort === localPort && addresses.some((one) => sameAddress(one, event.destination)))
  )
}

/** Keeps the kernel's first denial of each stream, from the events it is given. */
export class CutWatch {
  readonly #streams: readonly HeldStream[]
  readonly #cuts = new Map<HeldStream, FlowEvent>()

  constructor(streams: readonly HeldStream[]) {
    this.#streams = streams
  }

  take(event: FlowEvent): void {
    if (event.verdict !== 'Denied') return
    for (const stream of this.#streams)
      if (!this.#cuts.has(stream) && belongs(event, stream)) this.#cuts.set(stream, event)
  }

  /**
   * What became of a stream: a denial of its packets shows that it was cut, text that comes from now on that it goes on. The
   * reader is stopped then.
   */
  async outcome(stream: HeldStream, commit: Commit): Promise<StreamResult> {
    const { actor, model } = stream
    const ends = { source: qualifiedName(actor.pod), destination: qualifiedName(model), before: 'open' } as const
    const next = this.#cuts.has(stream) ? undefined : await actor.next('chunk', 'ended', 'reset', 'cut', 'failed')
    const cut = this.#cuts.get(stream)
    await actor.process.stop()
    if (cut) return { ...ends, after: 'cut', cutAfterMs: Math.round((cut.atMs - commit.startMs) * 100) / 100 }
    return { ...ends, after: next?.['event'] === 'chunk' || next?.['event'] === 'ended' ? 'open' : 'cut' }
  }
}
