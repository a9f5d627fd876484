// This side of the helper process (`agent/main.py`): requests as lines, answers by number, events as they come.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Protocol } from '../sets/connection-set.ts'
import { parseAddress } from '../sets/ip-address.ts'
import { ACCEPTED_GROUP, DENIED_GROUP } from '../nft/ruleset.ts'
import type { EventLoss, FlowEvent } from './events.ts'
import { SandboxError } from './exec.ts'

/** The interpreter of the distribution where there is one: wrappers found first on PATH can be slow to start. */
export function pythonPath(): string {
  return existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
}

/** Nothing of the user's Python set-up, and no cache files left behind. */
export const PYTHON_FLAGS = ['-E', '-s', '-S', '-B']

export const PROTOCOL_NUMBERS: Readonly<Record<Protocol, number>> = { TCP: 6, UDP: 17, SCTP: 132 }
const PROTOCOL_NAMES: Readonly<Record<number, FlowEvent['protocol']>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMP',
  132: 'SCTP',
}

/** `[network namespace, protocol number, port]`; the node's own namespace is `''`. */
export type Port = readonly [netns: string, protocol: number, port: number]

/** `[namespace, address]` of the source, protocol, address and port dialled, and every place where it may end. */
export type ProbeSpec = readonly [
  netns: string,
  address: string,
  protocol: number,
  dialled: string,
  port: number,
  targets: readonly (readonly [netns: string, address: string, port: number])[],
]

/** `[index, A | D | I, attempts, CLOCK_MONOTONIC ms, detail]`. */
export type ProbeAnswer = readonly [
  index: number,
  verdict: 'A' | 'D' | 'I',
  attempts: number,
  atMs: number | null,
  detail: string,
]

export type Request =
  | { readonly op: 'listen' | 'unlisten'; readonly ports: readonly Port[] }
  | { readonly op: 'forget' | 'prepare'; readonly names: readonly string[] }
  | { readonly op: 'accepted' }
  /** `own`: namespaces whose ports belong to programs of their own, so that no listener may take one. */
  | { readonly op: 'probe'; readonly probes: readonly ProbeSpec[]; readonly own: readonly string[] }

type WireEvent = readonly [
  group: number,
  prefix: string,
  protocol: number,
  source: string,
  sourcePort: number,
  destination: string,
  destinationPort: number,
  atMs: number,
]

interface Answer {
  readonly id?: number
  readonly hello?: number
  readonly error?: string
  readonly results?: readonly ProbeAnswer[]
  readonly done?: boolean
  readonly events?: readonly WireEvent[]
  readonly skipped?: Readonly<Record<string, number>>
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
  readonly onResults?: (results: readonly ProbeAnswer[]) => void
}

export function flowEvent(wire: WireEvent): FlowEvent | undefined {
  const [group, prefix, protocol, from, sourcePort, to, destinationPort, atMs] = wire
  const source = parseAddress(from)
  const destination = parseAddress(to)
  if (!source || !destination) return undefined
  return {
    verdict: group === ACCEPTED_GROUP ? 'Accepted' : 'Denied',
    prefix,
    protocol: PROTOCOL_NAMES[protocol] ?? protocol,
    source,
    destination,
    sourcePort,
    destinationPort,
    atMs,
  }
}

function lossOf([key, count]: readonly [string, number]): EventLoss {
  const groups: Readonly<Record<string, EventLoss['verdict']>> = {
    [DENIED_GROUP]: 'Denied',
    [ACCEPTED_GROUP]: 'Accepted',
  }
  return { verdict: groups[key] ?? 'Unknown', count }
}

/** The running helper. */
export class Agent {
  onFlow: (event: FlowEvent) => void = () => {}
  onLoss: (loss: EventLoss) => void = () => {}
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  #words = ''
  #ended = false

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#words = (this.#words + text).slice(-4096)))
    child.stdin?.on('error', () => {})
    child.on('error', (error) => this.#end(error.message))
    child.on('close', (code) => this.#end(`the helper process ended with ${code}: ${this.#words.trim()}`))
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#line(line))
  }

  static async start(): Promise<Agent> {
    const script = join(import.meta.dirname, 'agent', 'main.py')
    const agent = new Agent(spawn(pythonPath(), [...PYTHON_FLAGS, script], { stdio: 'pipe' }))
    await new Promise<void>((resolve, reject) => agent.#waiting.set(0, { resolve, reject }))
    return agent
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Settles when the helper has done it; results of probes come in portions meanwhile. */
  async ask(request: Request, onResults?: (results: readonly ProbeAnswer[]) => void): Promise<void> {
    if (this.#ended) throw new SandboxError(`the helper process has ended: ${this.#words.trim()}`)
    const id = this.#next++
    this.#child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`)
    await new Promise<void>((resolve, reject) =>
      this.#waiting.set(id, { resolve, reject, ...(onResults && { onResults }) }),
    )
  }

  async stop(): Promise<void> {
    if (this.#ended) return
    const closed = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill('SIGKILL')
    await closed
  }

  #line(line: string): void {
    const answer = JSON.parse(line) as Answer
    for (const wire of answer.events ?? []) {
      const event = flowEvent(wire)
      if (event) this.onFlow(event)
    }
    for (const entry of Object.entries(answer.skipped ?? {})) this.onLoss(lossOf(entry))
    const id = answer.hello ? 0 : answer.id
    const waiting = id === undefined ? undefined : this.#waiting.get(id)
    if (id === undefined || !waiting) return
    if (answer.results) waiting.onResults?.(answer.results)
    if (answer.error !== undefined) waiting.reject(new SandboxError(answer.error))
    else if (answer.results && !answer.done) return
    else waiting.resolve()
    this.#waiting.delete(id)
  }

  #end(reason: string): void {
    this.#ended = true
    for (const { reject } of this.#waiting.values()) reject(new SandboxError(reason))
    this.#waiting.clear()
  }
}
