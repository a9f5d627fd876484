// `npm run cluster up|down|status`: the test cluster for developers. Prints the line that makes kubectl and moat use it.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ApiServer } from './api-server.ts'
import { stateRoot } from './cache.ts'
import { down, sweep } from './down.ts'
import { type Enforcer, isEnforcer } from './enforcer.ts'
import { clusterNames } from './owners.ts'
import { running, started } from './processes.ts'
import { upRealCluster } from './real-cluster.ts'
import { Unavailable } from './unavailable.ts'

const USAGE = `npm run cluster -- up [--name NAME]               start a real Kubernetes of two nodes, print its KUBECONFIG
    --enforcer iptables|nftables|none             what enforces policies (iptables)
    --without-enforcer                            the same as none: policies are taken and ignored
    --image FILE                                  a docker-archive that pods can use; may be repeated
npm run cluster -- up --api-only [--name NAME]    only etcd and the API server
npm run cluster -- down [--name NAME | --all]     stop it, leave nothing
npm run cluster -- status                         which there are, and what of them runs`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string', default: 'moat' },
    all: { type: 'boolean', default: false },
    'api-only': { type: 'boolean', default: false },
    enforcer: { type: 'string', default: 'iptables' },
    'without-enforcer': { type: 'boolean', default: false },
    image: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function say(line: string): void {
  process.stderr.write(`test cluster: ${line}\n`)
}

function kubeconfigOf(name: string): string {
  return join(stateRoot(), name, 'kubeconfig')
}

async function up(name: string, enforcer: Enforcer): Promise<void> {
  await sweep()
  if (running(join(stateRoot(), name), 'kube-apiserver')) say(`${name} runs already`)
  else if (values['api-only']) {
    await down(name)
    await ApiServer.started({ name, owned: false, say })
  } else {
    const from = Date.now()
    await upRealCluster({ name, enforcer, images: values.image.map((file) => resolve(file)), say })
    say(`ready in ${((Date.now() - from) / 1000).toFixed(1)} s`)
  }
  print(`export KUBECONFIG=${kubeconfigOf(name)}`)
}

function status(): void {
  for (const name of clusterNames()) {
    const folder = join(stateRoot(), name)
    const states = started(folder).map((program) => `${program} ${running(folder, program) ? 'runs' : 'ended'}`)
    print(`${name}: ${states.join(', ') || 'nothing runs'}\n  export KUBECONFIG=${kubeconfigOf(name)}`)
  }
}

async function main(): Promise<number> {
  const [command] = positionals
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(values.name)) {
    say(`\`${values.name}\` is no name: small letters, digits and dashes, 20 at most`)
    return 2
  }
  if (values.help || positionals.length !== 1 || !['up', 'down', 'status'].includes(command ?? '')) {
    print(USAGE)
    return values.help ? 0 : 2
  }
  const enforcer = values['without-enforcer'] ? 'none' : values.enforcer
  if (!isEnforcer(enforcer)) {
    say(`\`${enforcer}\` is no enforcer: iptables, nftables or none`)
    return 2
  }
  if (command === 'up') await up(values.name, enforcer)
  else if (command === 'status') status()
  else {
    await sweep()
    for (const name of values.all ? clusterNames() : [values.name]) await down(name)
  }
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Unavailable)) throw error
  say(error.message)
  process.exitCode = 3
}
