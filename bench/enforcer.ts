// The enforcer's own latency, as a stranger sees it: how long a new policy leaves the model open, a deleted one leaves it shut,
// and whether a model's new pod is open before its policy, long in force, reaches it.
//   npx node bench/enforcer.ts [RUNS]
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { stateRoot } from '../scripts/cluster/cache.ts'
import { down } from '../scripts/cluster/down.ts'
import type { Enforcer } from '../scripts/cluster/enforcer.ts'
import { AGNHOST_IMAGE } from '../scripts/cluster/images.ts'
import { OUTSIDE, on } from '../scripts/cluster/network.ts'
import { upRealCluster } from '../scripts/cluster/real-cluster.ts'

const ROOT = join(import.meta.dirname, '..')
/** Dials every 3 ms and tells when it began and how it ended; no answer within half a second is a denial here. */
const PROBER = `const { connect } = require('node:net')
const [host, port] = process.argv.slice(1)
setInterval(() => {
  const at = Date.now()
  const end = (word) => { socket.destroy(); clearTimeout(timer); if (word) process.stdout.write(at + ' ' + word + '\\n') }
  const socket = connect({ host, port: Number(port) }, () => end('open'))
  socket.on('error', (error) => end(error.code === 'EHOSTUNREACH' || error.code === 'ECONNREFUSED' ? error.code : 'shut'))
  const timer = setTimeout(() => end('silent'), 500)
}, 3)`

interface Attempt {
  /** When it began, in milliseconds of the wall clock. */
  readonly at: number
  readonly word: string
}

class Prober {
  readonly attempts: Attempt[] = []
  readonly #child: ChildProcess

  constructor(folder: string, address: string) {
    const [command, ...args] = [
      ...on(folder, OUTSIDE),
      process.execPath,
      '-e',
      PROBER,
      address,
      '8080',
    ] as readonly string[]
    this.#child = spawn(command as string, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    createInterface({ input: this.#child.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
      const [at, word] = line.split(' ') as [string, string]
      this.attempts.push({ at: Number(at), word })
    })
  }

  /** The first attempt from `since` on whose outcome is, or is not, an open connection. */
  async first(isOpen: boolean, since: number): Promise<Attempt> {
    const limit = Date.now() + 60_000
    for (;;) {
      const found = this.attempts.find(({ at, word }) => at >= since && (word === 'open') === isOpen)
      if (found) return found
      if (Date.now() > limit) throw new Error(`nothing ${isOpen ? 'opened' : 'was denied'} within a minute`)
      await delay(5)
    }
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}

const model = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ai-models', labels: { app: 'small-language-model' } },
  spec: {
    nodeName: 'node1',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'slm', image: AGNHOST_IMAGE, imagePullPolicy: 'Never', args: ['netexec', '--udp-port=-1'] }],
  },
})

const policy = execFileSync(process.execPath, [join(ROOT, 'bin/moat.mjs'), 'render', join(ROOT, 'examples/seed')], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
})

interface Figures {
  readonly shut: number[]
  readonly opened: number[]
  /** For each new pod of the model: from its first open connection to its last, 0 where there was none. */
  readonly exposed: number[]
}

async function measure(enforcer: Enforcer, runs: number): Promise<Figures> {
  const name = `bench-${process.pid}`
  const folder = join(stateRoot(), name)
  const kubeconfig = await upRealCluster({ name, enforcer, owner: process.pid, say: () => {} })
  const kubectl = (args: readonly string[], input = ''): string =>
    execFileSync('kubectl', ['--kubeconfig', kubeconfig, '-n', 'ai-models', ...args], { input, encoding: 'utf8' })
  const figures: Figures = { shut: [], opened: [], exposed: [] }
  try {
    kubectl(['create', 'namespace', 'ai-models'])
    kubectl(['wait', 'serviceaccount/default', '--for=create', '--timeout=60s'])
    const ready = (pod: string): string => {
      kubectl(['apply', '-f', '-'], JSON.stringify(model(pod)))
      kubectl(['wait', `pod/${pod}`, '--for=condition=Ready', '--timeout=60s'])
      return kubectl(['get', 'pod', pod, '-o', 'jsonpath={.status.podIP}'])
    }
    let address = ready('slm')
    for (let run = 0; run < runs; run += 1) {
      const prober = new Prober(folder, address)
      await prober.first(true, 0)
      kubectl(['apply', '--server-side', '-f', '-'], policy)
      const applied = Date.now()
      figures.shut.push((await prober.first(false, applied)).at - applied)
      kubectl(['delete', 'networkpolicy', 'slm-isolation'])
      const deleted = Date.now()
      figures.opened.push((await prober.first(true, deleted)).at - deleted)
      prober.stop()
    }
    kubectl(['apply', '--server-side', '-f', '-'], policy)
    const control = new Prober(folder, address)
    await control.first(false, Date.now())
    control.stop()
    for (let run = 0; run < runs; run += 1) {
      // host-local gives out addresses in order, so the next pod's is known before it is there.
      const parts = address.split('.')
      address = [...parts.slice(0, 3), String(Number(parts[3]) + 1)].join('.')
      const prober = new Prober(folder, address)
      const given = ready(`slm-${run}`)
      if (given !== address) throw new Error(`the pod has ${given}, not ${address}`)
      await delay(3000)
      prober.stop()
      const open = prober.attempts.filter(({ word }) => word === 'open')
      figures.exposed.push(open.length === 0 ? 0 : (open.at(-1) as Attempt).at - (open[0] as Attempt).at + 1)
    }
  } finally {
    await down(name)
  }
  return figures
}

const runs = Number(process.argv[2] ?? 6)
for (const enforcer of ['iptables', 'nftables'] as const) {
  const figures = await measure(enforcer, runs)
  for (const [what, values] of Object.entries(figures))
    process.stdout.write(`${enforcer} ${what} ms: ${(values as number[]).toSorted((a, b) => a - b).join(' ')}\n`)
}
