// What enforces NetworkPolicies on the nodes: kube-router's firewall in one of its modes, or nothing at all.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Machine, machineFolder, runOn } from './network.ts'
import { until } from './control-plane.ts'
import { launchOn, nodeConfig, type NodePlan } from './nodes.ts'
import type { ProgramName } from './versions.ts'

/**
 * By which interface of the kernel its rules are set: that of `iptables-legacy` or that of `iptables-nft`.
 * `none`: policies are taken by the API server and ignored by the network, as in a cluster whose CNI has no enforcer.
 */
export type Enforcer = 'iptables' | 'nftables' | 'none'

export const ENFORCERS: readonly Enforcer[] = ['iptables', 'nftables', 'none']

export function isEnforcer(text: string): text is Enforcer {
  return (ENFORCERS as readonly string[]).includes(text)
}

export const ENFORCER_PROGRAMS = {
  iptables: ['kube-router'],
  nftables: ['kube-router'],
  none: [],
} as const satisfies Readonly<Record<Enforcer, readonly ProgramName[]>>

const PROGRAMS = { iptables: 'xtables-legacy-multi', nftables: 'xtables-nft-multi', none: 'xtables-nft-multi' } as const
const NAMES = ['', '-save', '-restore'].flatMap((end) => [`iptables${end}`, `ip6tables${end}`])

/** A folder for the front of PATH in which `iptables` means the chosen one; the whole node must use the same. */
export function iptablesFolder(folder: string, machine: Machine, enforcer: Enforcer): string {
  const path = join(machineFolder(folder, machine), 'iptables')
  mkdirSync(path, { recursive: true })
  for (const name of NAMES) symlinkSync(`/usr/sbin/${PROGRAMS[enforcer]}`, join(path, name))
  return path
}

/** Starts it on a node that has its addresses, and waits until its rules are in the kernel. */
export async function startEnforcer(
  plan: NodePlan,
  enforcer: Enforcer,
  found: Readonly<Record<string, string>>,
): Promise<void> {
  const program = found['kube-router']
  if (enforcer === 'none' || program === undefined) return
  launchOn(plan, 'kube-router', [
    program,
    '--run-firewall=true',
    '--run-router=false',
    '--run-service-proxy=false',
    `--kubeconfig=${nodeConfig(plan, 'kube-router', ['system:masters'])}`,
    `--hostname-override=${plan.machine.name}`,
  ])
  await until(plan.folder, `kube-router-${plan.machine.name}`, async () => {
    try {
      runOn(plan.folder, plan.machine, `${plan.iptables}/iptables -w -S KUBE-ROUTER-FORWARD`)
      return true
    } catch {
      return false
    }
  })
}
