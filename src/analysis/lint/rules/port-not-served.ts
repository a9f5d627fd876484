// A port that no pod the rule is about declares, by number or by name.
import { nearest } from '../../../diag/suggest.ts'
import type { PortMatch } from '../../../policy/network-policy.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { destinationsOf } from '../destinations.ts'
import { ruleName, spanAt } from '../context.ts'
import { podNames } from '../pod-index.ts'
import { portMatchWords } from '../ports.ts'
import type { Rule, Statement } from '../rule.ts'
import { servicePort } from '../services.ts'

function serves(pod: Pod, entry: Exclude<PortMatch, { kind: 'all' }>): boolean {
  return pod.ports.some(
    (port) =>
      port.protocol === entry.protocol &&
      (entry.kind === 'named' ? port.name === entry.name : entry.first <= port.port && port.port <= entry.last),
  )
}

function declared(pods: readonly Pod[]): string {
  const words = pods.flatMap(({ ports }) =>
    ports.map(
      ({ port, protocol, name }) => `${protocol.toLowerCase()}/${port}${name === undefined ? '' : ` (${name})`}`,
    ),
  )
  return [...new Set(words)].slice(0, 6).join(', ')
}

function oneOwner(pods: readonly Pod[]): boolean {
  return new Set(pods.map(({ namespace, name, owner }) => `${namespace}/${owner?.name ?? name}`)).size === 1
}

/** A number that nobody declares may still be served (S21): it is told only where every pod declares ports, and not these. */
function judge(entry: Exclude<PortMatch, { kind: 'all' }>, pods: readonly Pod[]): Omit<Statement, 'span'> | undefined {
  if (pods.some((pod) => serves(pod, entry))) return undefined
  const ports = pods.flatMap((pod) => pod.ports)
  if (entry.kind === 'named') {
    const names = ports.flatMap(({ name, protocol }) =>
      name !== undefined && protocol === entry.protocol ? [name] : [],
    )
    const near = nearest(entry.name, names)
    const other = ports.find(({ name }) => name === entry.name)
    return {
      severity: 'warning',
      message: `no container of ${podNames(pods)} has a port named \`${entry.name}\` (${entry.protocol}): the rule lets nothing through there`,
      help: other
        ? `the port of that name is ${other.protocol}: write \`protocol: ${other.protocol}\``
        : near === undefined
          ? 'use the name of a container port, or its number'
          : `did you mean \`${near}\`?`,
    }
  }
  if (pods.some((pod) => pod.ports.length === 0)) return undefined
  return {
    message: `${podNames(pods)} declare${oneOwner(pods) ? 's' : ''} ${declared(pods)}, not ${portMatchWords(entry)}`,
    help: 'open the port that the pods listen on; declare it if this is the one',
  }
}

export const portNotServed: Rule = {
  id: 'port-not-served',
  title: 'a port that no pod the rule is about declares',
  severity: 'note',
  *check(context) {
    for (const placed of context.rules) {
      const { policy, rule } = placed
      if (rule.ports === 'any') continue
      const pods = destinationsOf(context, placed)
      if (!pods || pods.length === 0) continue
      for (const entry of rule.ports) {
        const found = entry.kind === 'all' ? undefined : judge(entry, pods)
        if (!found) continue
        // `service-port` says it better.
        if (entry.kind === 'range' && servicePort(context, pods, { protocol: entry.protocol, port: entry.first }))
          continue
        yield { ...found, message: `${ruleName(placed)}: ${found.message}`, ...spanAt(policy, entry, rule) }
      }
    }
  },
}
