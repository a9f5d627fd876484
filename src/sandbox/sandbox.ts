// The mini-cluster: network namespaces, one ruleset, probes, events and processes. Lives inside `enter`'s namespaces.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Pod, qualifiedName } from '../policy/snapshot.ts'
import { formatAddress } from '../sets/ip-address.ts'
import { Agent, type Port, PROTOCOL_NUMBERS } from './agent.ts'
import { hostsFile, NSSWITCH, resolvConf } from './dns-names.ts'
import { DnsServer } from './dns.ts'
import type { EventLoss, FlowEvent } from './events.ts'
import { changeNetwork, createNetwork, removeNetwork } from './network.ts'
import type { Probe, ProbeResult } from './probe.ts'
import { planProbes, resultOf } from './probe-plan.ts'
import { type ApplyOptions, type Commit, loadRuleset } from './ruleset-loader.ts'
import type { Topology } from './topology.ts'
import { COMMAND_ANNOTATION, killAllIn, PodProcess, type SpawnOptions } from './workload.ts'

export interface SandboxListeners {
  readonly flow?: (event: FlowEvent) => void
  readonly loss?: (loss: EventLoss) => void
}

export interface SandboxOptions {
  /** Start the DNS server in the DNS pod; true when absent. */
  readonly dns?: boolean
  /** Also send an event for each accepted new connection; false when absent. Denials are always sent. */
  readonly accepted?: boolean
}

const FILES = '/run/moat/pods'

/** Use: `await using sandbox = await Sandbox.create(topology)`. */
export class Sandbox implements AsyncDisposable {
  #topology: Topology
  readonly #agent: Agent
  readonly #processes = new Map<string, PodProcess[]>()
  readonly #listening = new Map<string, readonly Port[]>()
  /** By pod; `undefined` where no names are served. */
  #dns: Map<string, DnsServer> | undefined

  private constructor(topology: Topology, agent: Agent) {
    this.#topology = topology
    this.#agent = agent
  }

  get topology(): Topology {
    return this.#topology
  }

  /** Makes every namespace, link and route of the topology. No rules are in force afterwards: everything is open. */
  static async create(topology: Topology, options: SandboxOptions = {}): Promise<Sandbox> {
    const agent = await Agent.start()
    const sandbox = new Sandbox(topology, agent)
    try {
      await createNetwork(topology, (names) => agent.ask({ op: 'prepare', names }))
      if (options.accepted) await agent.ask({ op: 'accepted' })
      if (options.dns ?? true) {
        sandbox.#dns = new Map()
        await sandbox.#serveNames()
      }
    } catch (error) {
      await sandbox.stop()
      throw error
    }
    return sandbox
  }

  /** Where the kernel's events go: called as they come, probes' own left out, at most 2000 a second of each kind. */
  listenTo(listeners: SandboxListeners): void {
    if (listeners.flow) this.#agent.onFlow = listeners.flow
    if (listeners.loss) this.#agent.onLoss = listeners.loss
  }

  /** Loads `nft -f` text in one transaction. Throws `RulesetError` with nft's words when it refuses. */
  async apply(text: string, options: ApplyOptions = {}): Promise<Commit> {
    return await loadRuleset(text, options)
  }

  /** Opens a listener on every declared port of a pod that has no program of its own. Ports in use are left alone. */
  async listen(pod: Pod): Promise<void> {
    const netns = this.#netnsOf(pod)
    const ports = pod.ports.map(({ port, protocol }): Port => [netns, PROTOCOL_NUMBERS[protocol], port])
    if (this.#listening.has(qualifiedName(pod))) return
    this.#listening.set(qualifiedName(pod), ports)
    await this.#agent.ask({ op: 'listen', ports })
  }

  /** Closes what `listen` opened. */
  async unlisten(pod: Pod): Promise<void> {
    const ports = this.#listening.get(qualifiedName(pod))
    if (!ports) return
    this.#listening.delete(qualifiedName(pod))
    await this.#agent.ask({ op: 'unlisten', ports })
  }

  /** Tries every probe; results in the order of the probes. Ports where nobody listens get a listener meanwhile. */
  async probe(probes: readonly Probe[], onProgress?: (done: number, total: number) => void): Promise<ProbeResult[]> {
    const results: ProbeResult[] = []
    let done = 0
    // Their programs may open any port at any time.
    const own = this.#topology.pods.filter(({ pod }) => pod.annotations.has(COMMAND_ANNOTATION))
    const request = {
      op: 'probe',
      probes: planProbes(this.#topology, probes),
      own: own.flatMap(({ netns }) => netns ?? []),
    } as const
    await this.#agent.ask(request, (answers) => {
      for (const answer of answers) results[answer[0]] = resultOf(probes[answer[0]] as Probe, answer)
      done += answers.length
      onProgress?.(done, probes.length)
    })
    return results
  }

  /** Starts a program in a pod: its network, host name, resolv.conf and hosts; without capabilities. */
  async spawn(pod: Pod, command: readonly string[], options: SpawnOptions = {}): Promise<PodProcess> {
    const netns = this.#netnsOf(pod)
    const etc = join(FILES, `${netns || 'node'}-${pod.name.slice(0, 60)}`)
    await mkdir(etc, { recursive: true })
    await writeFile(join(etc, 'resolv.conf'), resolvConf(this.#topology, pod))
    await writeFile(join(etc, 'hosts'), hostsFile(pod))
    await writeFile(join(etc, 'nsswitch.conf'), NSSWITCH)
    const place = { netns: netns === '' ? undefined : netns, hostname: pod.name.slice(0, 63), etc }
    const process = PodProcess.start(place, command, options)
    const name = qualifiedName(pod)
    this.#processes.set(name, [...(this.#processes.get(name) ?? []), process])
    return process
  }

  /** Goes over to another topology: pods that are new are made, pods that are gone are removed with their processes. */
  async update(topology: Topology): Promise<void> {
    const before = this.#topology
    const places = (each: Topology): Map<string, string> =>
      new Map(
        each.pods.map(({ pod, netns }) => [
          qualifiedName(pod),
          [netns ?? '', ...pod.addresses.map(formatAddress)].join(' '),
        ]),
      )
    const after = places(topology)
    const gone = before.pods.filter(
      ({ pod }) => after.get(qualifiedName(pod)) !== places(before).get(qualifiedName(pod)),
    )
    for (const { pod } of gone) {
      await this.#end(qualifiedName(pod))
      await this.unlisten(pod)
    }
    // The helper goes in and out of every namespace: it may be found in one of those that go.
    for (const { netns } of gone) if (netns !== undefined) killAllIn(netns, this.#agent.pid)
    await this.#agent.ask({ op: 'forget', names: gone.flatMap(({ netns }) => netns ?? []) })
    await changeNetwork({ before, after: topology }, (names) => this.#agent.ask({ op: 'prepare', names }))
    this.#topology = topology
    for (const { pod } of gone) this.#dns?.delete(qualifiedName(pod))
    await this.#serveNames()
  }

  /** One server in each DNS pod of the topology, and all of them with its names. */
  async #serveNames(): Promise<void> {
    const servers = this.#dns
    if (!servers) return
    const { pods } = this.#topology.dns
    for (const name of [...servers.keys()].filter((each) => !pods.some((pod) => qualifiedName(pod) === each))) {
      servers.delete(name)
      await this.#end(name)
    }
    await Promise.all(
      pods.map(async (pod) => {
        const running = servers.get(qualifiedName(pod))
        if (running) await running.update(this)
        else servers.set(qualifiedName(pod), await DnsServer.start(this, pod))
      }),
    )
  }

  async #end(name: string): Promise<void> {
    const processes = this.#processes.get(name) ?? []
    this.#processes.delete(name)
    await Promise.all(processes.map((each) => each.stop()))
  }

  #netnsOf(pod: Pod): string {
    const name = qualifiedName(pod)
    const placed = this.#topology.pods.find((each) => qualifiedName(each.pod) === name)
    if (!placed) throw new Error(`${name} is not in the sandbox`)
    return placed.netns ?? ''
  }

  /** Ends every process and namespace. */
  async stop(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.#end(name)))
    await this.#agent.stop()
    await removeNetwork(this.#topology)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
