// What this machine can do for the sandbox, found out by trying each thing.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Diagnostic } from '../diag/diagnostic.ts'
import { PYTHON_FLAGS, pythonPath } from './agent.ts'
import { run } from './exec.ts'
import {
  type MachineFacts,
  namespaceDiagnostic,
  platformDiagnostic,
  TOOLS,
  toolDiagnostic,
  triedDiagnostic,
} from './machine-diagnostics.ts'
import { type SandboxMode, toolPath, UNSHARE } from './unshare.ts'

/** One thing tried: what, whether it works, and what it said. */
export interface Capability {
  readonly name: string
  /** `missing`: the sandbox works without it, but less well. `fatal`: it does not work. */
  readonly state: 'works' | 'missing' | 'fatal'
  /** A version or a reason, one line; may be empty. */
  readonly detail: string
  readonly diagnostic?: Diagnostic
}

export interface Machine {
  /** How a sandbox would run here; `undefined`: not at all, `capabilities` say why. */
  readonly mode: SandboxMode | undefined
  readonly capabilities: readonly Capability[]
}

function fatal(name: string, diagnostic: Diagnostic): Capability {
  return { name, state: 'fatal', detail: diagnostic.message, diagnostic }
}

function executable(tool: string): string | undefined {
  for (const folder of toolPath().split(':')) {
    try {
      accessSync(join(folder, tool), constants.X_OK)
      return join(folder, tool)
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

/** What is missing before anything can be tried; empty when all tools are there. */
export function missingTools(): Capability[] {
  if (process.platform !== 'linux') return [fatal('Linux', platformDiagnostic(process.platform))]
  return TOOLS.flatMap((tool) => (executable(tool) ? [] : fatal(tool, toolDiagnostic(tool))))
}

function setting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

function factsOf(): MachineFacts {
  const appArmor = setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')
  const usernsClone = setting('/proc/sys/kernel/unprivileged_userns_clone')
  const maxUserNamespaces = setting('/proc/sys/user/max_user_namespaces')
  const maxNetNamespaces = setting('/proc/sys/user/max_net_namespaces')
  return {
    ...(appArmor !== undefined && { appArmor }),
    ...(usernsClone !== undefined && { usernsClone }),
    ...(maxUserNamespaces !== undefined && { maxUserNamespaces }),
    ...(maxNetNamespaces !== undefined && { maxNetNamespaces }),
    container: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    root: process.getuid?.() === 0,
  }
}

const RULES = `table inet try {
  set ranges { type ipv4_addr; flags interval; elements = { 10.0.0.0-10.0.0.9 }; }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct mark 1 accept
    ct state new ct original ip saddr @ranges log prefix "try" group 1 queue-threshold 1 drop
    ct mark set 1
  }
  chain services { type nat hook prerouting priority -100; ip daddr 10.96.0.1 dnat ip to 10.0.0.1; }
}
`

/** Runs inside namespaces; one line for each thing tried: `ok NAME` or `no NAME words`, separated by tabs. */
const TRY = `attempt() {
  name=$1; shift
  if words=$("$@" 2>&1); then printf 'ok\\t%s\\n' "$name"
  else printf 'no\\t%s\\t%s\\n' "$name" "$(printf '%s' "$words" | tail -n 1)"; fi
}
attempt tmpfs mount -t tmpfs none /run
mkdir -p /run/netns
attempt netns ip netns add a
attempt links ip link add v type veth peer name eth0 netns a
attempt forwarding sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
attempt ipv6 sh -c 'echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6 && ip addr add fd00::1/128 dev lo'
printf '%s' "$1" > /run/rules
attempt nftables nft -f /run/rules
shift
attempt 'kernel log' sh -c ': | "$@"' sh "$@"
`

const LABELS = ['tmpfs', 'netns', 'links', 'forwarding', 'ipv6', 'nftables', 'kernel log']

/** Tries everything inside namespaces of one mode. */
async function tryMode(mode: SandboxMode): Promise<Capability[]> {
  const agent = [pythonPath(), ...PYTHON_FLAGS, join(import.meta.dirname, 'agent', 'main.py')]
  const command = ['unshare', ...UNSHARE[mode], '--', 'sh', '-c', TRY, 'moat', RULES, ...agent]
  const { stdout, stderr } = await run(['env', `PATH=${toolPath()}`, ...command])
  const lines = stdout.split('\n').filter((line) => line !== '')
  const name = mode === 'root' ? 'namespaces (root)' : 'namespaces (ordinary user)'
  if (lines.length < LABELS.length) return [fatal(name, namespaceDiagnostic(stderr, factsOf()))]
  const tried = lines.map((line): Capability => {
    const [verdict = '', label = '', words = ''] = line.split('\t')
    return verdict === 'ok' ? { name: label, state: 'works', detail: '' } : fatal(label, triedDiagnostic(label, words))
  })
  const limits: Capability = { name: 'resource limits', state: 'works', detail: 'memory of each process (rlimit)' }
  return [{ name, state: 'works', detail: mode }, ...tried, limits]
}

async function versionOf(tool: string, args: readonly string[]): Promise<Capability> {
  const { stdout, stderr } = await run([executable(tool) ?? tool, ...args])
  return { name: basename(tool), state: 'works', detail: `${stdout}${stderr}`.trim().split('\n')[0] ?? '' }
}

const works = (capabilities: readonly Capability[]): boolean =>
  capabilities.every((capability) => capability.state !== 'fatal')

/** Tries everything that the sandbox needs, in namespaces that are gone afterwards. */
export async function inspectMachine(): Promise<Machine> {
  const absent = missingTools()
  if (absent.length > 0) return { mode: undefined, capabilities: absent }
  const versions = await Promise.all([
    versionOf('nft', ['--version']),
    versionOf('ip', ['-Version']),
    versionOf('unshare', ['--version']),
    versionOf(pythonPath(), ['--version']),
  ])
  const modes: readonly SandboxMode[] = process.getuid?.() === 0 ? ['root', 'user-namespace'] : ['user-namespace']
  const failed: Capability[] = []
  for (const mode of modes) {
    const tried = await tryMode(mode)
    if (works(tried)) return { mode, capabilities: [...versions, ...tried] }
    failed.push(...tried)
  }
  return { mode: undefined, capabilities: [...versions, ...failed] }
}
