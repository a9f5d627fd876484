// Cluster DNS: the server program in its pod, fed with the zone of the topology.
import { join } from 'node:path'
import { zoneOf } from './dns-names.ts'
import { SandboxError } from './exec.ts'
import type { Topology } from './topology.ts'
import type { PodProcess, SpawnOptions } from './workload.ts'
import type { Pod } from '../policy/snapshot.ts'

/** What the DNS server needs of the sandbox. */
interface Cluster {
  readonly topology: Topology
  spawn(pod: Pod, command: readonly string[], options: SpawnOptions): Promise<PodProcess>
}

export class DnsServer {
  readonly #process: PodProcess
  #ready: (() => void)[] = []

  private constructor(process: PodProcess) {
    this.#process = process
  }

  /** Settles when it answers on port 53 of the pod. */
  static async start(cluster: Cluster, pod: Pod): Promise<DnsServer> {
    const script = join(import.meta.dirname, `dns-server${import.meta.filename.slice(-3)}`)
    let server: DnsServer | undefined
    const process_ = await cluster.spawn(pod, [process.execPath, script], {
      stdin: 'pipe',
      onLine: (line, stream) => {
        if (line === 'ready' && stream === 'stdout') server?.answered()
      },
    })
    server = new DnsServer(process_)
    await server.update(cluster)
    return server
  }

  /** One zone is in use. */
  answered(): void {
    this.#ready.shift()?.()
  }

  /** Gives it the names of another topology; settles when it answers for them. */
  async update(cluster: Pick<Cluster, 'topology'>): Promise<void> {
    const ready = new Promise<void>((resolve) => this.#ready.push(resolve))
    this.#process.write(`${JSON.stringify(zoneOf(cluster.topology))}\n`)
    const ended = this.#process.exited.then(() => 'ended' as const)
    if ((await Promise.race([ready, ended])) === 'ended') {
      throw new SandboxError(`the DNS server ended: ${this.#process.stderr.trim()}`)
    }
  }
}
