// What changed about pods, workloads and namespaces, as a list for a reader.
import type { Labels } from '../../policy/selector.ts'
import type { ContainerPort, Pod, Snapshot } from '../../policy/snapshot.ts'
import type { WorkloadChange } from './answer.ts'
import { type Actor, looksOf, type Unit } from './units.ts'

function labelDetails(before: Labels, after: Labels): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => key !== 'pod-template-hash').sort()
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)]
    if (was === is) return []
    if (was === undefined) return [`label ${key}=${is} added`]
    return is === undefined ? [`label ${key}=${was} removed`] : [`label ${key}: ${was} -> ${is}`]
  })
}

function portText({ name, port, protocol }: ContainerPort): string {
  return `${protocol.toLowerCase()}/${port}${name === undefined ? '' : ` (${name})`}`
}

function portDetails(before: Pod, after: Pod): string[] {
  const [was, is] = [new Set(before.ports.map(portText)), new Set(after.ports.map(portText))]
  return [
    ...[...was].filter((port) => !is.has(port)).map((port) => `port ${port} removed`),
    ...[...is].filter((port) => !was.has(port)).map((port) => `port ${port} added`),
  ]
}

function details(before: Pod, after: Pod): string[] {
  const network =
    before.hostNetwork === after.hostNetwork
      ? []
      : [after.hostNetwork ? 'now on the host network' : 'no longer on the host network']
  return [...labelDetails(before.labels, after.labels), ...portDetails(before, after), ...network]
}

function actorChange({ namespace, name, owner, presence }: Actor, units: readonly Unit[]): WorkloadChange[] {
  const what = `${owner} ${namespace}/${name}`
  const span = units.map(({ before, after }) => (after ?? before)?.span).find((one) => one !== undefined)
  const place = span ? { span } : {}
  if (presence !== 'both') return [{ kind: presence, what, ...place }]
  const changed = units.flatMap(({ before, after }) =>
    before && after && looksOf(before) !== looksOf(after) ? details(before, after) : [],
  )
  return changed.length === 0 ? [] : [{ kind: 'changed', what, details: [...new Set(changed)], ...place }]
}

function namespaceChanges(before: Snapshot, after: Snapshot): WorkloadChange[] {
  const names = [...new Set([...before.namespaces.keys(), ...after.namespaces.keys()])].sort()
  return names.flatMap((name): WorkloadChange[] => {
    const [was, is] = [before.namespaces.get(name), after.namespaces.get(name)]
    const what = `Namespace ${name}`
    const place = (is ?? was)?.span ? { span: (is ?? was)?.span } : {}
    if (!was || !is) return [{ kind: is ? 'added' : 'removed', what, ...place } as WorkloadChange]
    const known =
      was.declared === is.declared
        ? []
        : [is.declared ? 'its object is in the input now' : 'its object is no longer in the input']
    const changed = [...known, ...labelDetails(was.labels, is.labels)]
    return changed.length === 0 ? [] : [{ kind: 'changed', what, details: changed, ...place } as WorkloadChange]
  })
}

/** Namespaces by name, then workloads and pods. */
export function workloadChanges(units: readonly Unit[], before: Snapshot, after: Snapshot): WorkloadChange[] {
  const byActor = Map.groupBy(units, ({ actor }) => actor)
  return [...namespaceChanges(before, after), ...[...byActor].flatMap(([actor, own]) => actorChange(actor, own))]
}
