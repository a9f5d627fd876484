// The programs of the demonstration, each in its pod: the model server, the feature API, the stranger, the scraper.
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Pod, qualifiedName } from '../../policy/snapshot.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { PodProcess } from '../../sandbox/workload.ts'

/** A program of `src/slm/`: from source in a checkout, compiled in the published package. */
function program(name: string): readonly string[] {
  const here = import.meta.url
  return [process.execPath, fileURLToPath(new URL(`../../slm/${name}${extname(here)}`, here))]
}

/** A program that ended before it was ready. Its own words say why. */
export class ActorFailed extends Error {
  readonly pod: Pod
  readonly exitCode: number | null

  constructor(pod: Pod, exitCode: number | null, words: string) {
    super(words)
    this.pod = pod
    this.exitCode = exitCode
  }
}

/** A line of JSON that a program prints; its fields are flat. */
export type Message = Readonly<Record<string, string | number | boolean | null>>

/** A started program: its process and what it reports, line by line. */
export class Actor {
  readonly pod: Pod
  readonly process: PodProcess
  readonly #listeners = new Set<(message: Message) => void>()
  readonly #seen: Message[] = []

  private constructor(pod: Pod, process: PodProcess) {
    this.pod = pod
    this.process = process
  }

  static async start(
    sandbox: Sandbox,
    pod: Pod,
    what: { readonly name: string; readonly args: readonly string[] },
  ): Promise<Actor> {
    let actor: Actor | undefined
    const early: string[] = []
    const process = await sandbox.spawn(pod, [...program(what.name), ...what.args], {
      onLine: (line, stream) => {
        if (stream === 'stderr') return
        if (actor) actor.#take(line)
        else early.push(line)
      },
    })
    actor = new Actor(pod, process)
    for (const line of early) actor.#take(line)
    return actor
  }

  #take(line: string): void {
    if (!line.startsWith('{')) return
    const read = JSON.parse(line) as Message
    const message = read['ready'] === true ? { ...read, event: 'ready' } : read
    this.#seen.push(message)
    if (this.#seen.length > 4096) this.#seen.splice(0, 2048)
    for (const listener of this.#listeners) listener(message)
  }

  /** The first message with one of these events that comes, or has come already; rejects when the program ends first. */
  async saw(...events: readonly string[]): Promise<Message> {
    return this.#seen.find((message) => events.includes(message['event'] as string)) ?? (await this.next(...events))
  }

  /** The next message with one of these events, from now on; rejects when the program ends first. */
  async next(...events: readonly string[]): Promise<Message> {
    const { promise, resolve } = Promise.withResolvers<Message>()
    const listener = (message: Message): void => {
      if (events.includes(message['event'] as string)) resolve(message)
    }
    this.#listeners.add(listener)
    try {
      return await Promise.race([promise, this.#ended()])
    } finally {
      this.#listeners.delete(listener)
    }
  }

  async #ended(): Promise<never> {
    const { code } = await this.process.exited
    throw new ActorFailed(this.pod, code, this.process.stderr.trim() || `${qualifiedName(this.pod)} ended with ${code}`)
  }

  /** The newest message with one of these events, if there is one. */
  last(...events: readonly string[]): Message | undefined {
    return this.#seen.findLast((message) => events.includes(message['event'] as string))
  }
}
