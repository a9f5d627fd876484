// The kernel's events, handed to whoever listens at the moment.
import type { EventLoss, FlowEvent } from '../../sandbox/events.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

type Listener = (event: FlowEvent) => void

export class EventTap {
  readonly #listeners = new Set<Listener>()
  /** Called when events came faster than they could be read. */
  onLoss: (loss: EventLoss) => void = () => {}

  constructor(sandbox: Sandbox) {
    sandbox.listenTo({
      flow: (event) => {
        for (const listener of this.#listeners) listener(event)
      },
      loss: (loss) => this.onLoss(loss),
    })
  }

  /** Listens until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
