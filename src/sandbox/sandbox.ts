// The mini-cluster: network namespaces, one ruleset, probes, events and processes. Lives inside `enter`'s namespaces.
import type { Pod } from '../policy/snapshot.ts'
import type { EventLoss, FlowEvent } from './events.ts'
import type { Probe, ProbeResult } from './probe.ts'
import type { Topology } from './topology.ts'
import type { PodProcess, SpawnOptions } from './workload.ts'

/** When a ruleset took hold: both in milliseconds of CLOCK_MONOTONIC (`monotonicMs`). */
export interface Commit {
  /** Just before `nft` was started. */
  readonly startMs: number
  /** Just after it returned; the rules are in force at the latest now. */
  readonly endMs: number
  /** Netlink transactions that it took: more than one where a rootless socket buffer is too small. */
  readonly transactions: number
}

export interface ApplyOptions {
  /** The same change cut into small texts, the last of which switches; used when the kernel refuses the whole as too long. */
  readonly chunks?: () => readonly string[]
}

export interface SandboxEvents {
  readonly flow: (event: FlowEvent) => void
  readonly loss: (loss: EventLoss) => void
}

export interface SandboxOptions {
  /** Start the DNS server in the DNS pod; true when absent. */
  readonly dns?: boolean
}

/** Use: `await using sandbox = await Sandbox.create(topology)`. */
export class Sandbox implements AsyncDisposable {
  readonly topology: Topology

  private constructor(topology: Topology) {
    this.topology = topology
  }

  /** Makes every namespace, link and route of the topology. No rules are in force afterwards: everything is open. */
  static async create(topology: Topology, _options: SandboxOptions = {}): Promise<Sandbox> {
    return await Promise.resolve(new Sandbox(topology))
  }

  /** Loads `nft -f` text in one transaction. Throws `RulesetError` with nft's words when it refuses. */
  async apply(_text: string, _options: ApplyOptions = {}): Promise<Commit> {
    return await Promise.reject(new Error('not built yet'))
  }

  /** Opens a listener on every declared port of a pod that has no program of its own. Ports in use are left alone. */
  async listen(_pod: Pod): Promise<void> {
    await Promise.reject(new Error('not built yet'))
  }

  /** Tries every probe; results in the order of the probes. Destinations that do not listen get listeners meanwhile. */
  async probe(_probes: readonly Probe[], _onProgress?: (done: number, total: number) => void): Promise<ProbeResult[]> {
    return await Promise.reject(new Error('not built yet'))
  }

  /** Starts a program in a pod: its network, host name, resolv.conf and hosts; without capabilities. */
  async spawn(_pod: Pod, _command: readonly string[], _options: SpawnOptions = {}): Promise<PodProcess> {
    return await Promise.reject(new Error('not built yet'))
  }

  /** Goes over to another topology: pods that are new are made, pods that are gone are removed with their processes. */
  async update(_topology: Topology): Promise<void> {
    await Promise.reject(new Error('not built yet'))
  }

  on<Name extends keyof SandboxEvents>(_name: Name, _listener: SandboxEvents[Name]): void {}

  /** Ends every process and namespace. */
  async stop(): Promise<void> {
    await Promise.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
