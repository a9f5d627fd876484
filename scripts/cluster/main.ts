// `npm run cluster up|down|status`: the test cluster for developers. Prints the line that makes kubectl and moat use it.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ApiServer } from './api-server.ts'
import { stateRoot } from './cache.ts'
import { stopControlPlane } from './control-plane.ts'
import { clusterNames, sweep } from './owners.ts'
import { running, started } from './processes.ts'
import { Unavailable } from './unavailable.ts'

const USAGE = `npm run cluster -- up [--name NAME] --api-only   start one, print its KUBECONFIG
npm run cluster -- down [--name NAME | --all]    stop it, leave nothing
npm run cluster -- status                        which there are, and what of them runs`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string', default: 'moat' },
    all: { type: 'boolean', default: false },
    'api-only': { type: 'boolean', default: false },
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

async function up(name: string): Promise<void> {
  await sweep()
  if (running(join(stateRoot(), name), 'kube-apiserver')) say(`${name} runs already`)
  else {
    if (existsSync(join(stateRoot(), name))) await down(name)
    await ApiServer.started({ name, owned: false, say })
  }
  print(`export KUBECONFIG=${kubeconfigOf(name)}`)
}

async function down(name: string): Promise<void> {
  const folder = join(stateRoot(), name)
  await stopControlPlane(folder)
  rmSync(folder, { recursive: true, force: true })
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
  if (command === 'up') await up(values.name)
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
