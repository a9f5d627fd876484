// A Service's port where policies look at the pod's own (S20).
import type { Edit } from '../../../diag/edit.ts'
import type { PortMatch } from '../../../policy/network-policy.ts'
import { destinationsOf } from '../destinations.ts'
import { ruleName, spanAt } from '../context.ts'
import { portMatchWords } from '../ports.ts'
import type { Fix, Rule } from '../rule.ts'
import { serviceName, servicePort } from '../services.ts'

function fixOf(entry: PortMatch, from: number, to: number): Fix | undefined {
  const { span } = entry
  if (!span) return undefined
  const text = span.file.text.slice(span.start, span.end)
  const match = new RegExp(`(^|[\\s{,"'])(port["']?:\\s*)${from}(?![\\d])`).exec(text)
  if (!match) return undefined
  const start = span.start + match.index + match[0].length - `${from}`.length
  const edit: Edit = { span: { file: span.file, start, end: start + `${from}`.length }, text: `${to}` }
  return { title: `write pod port ${to}`, edits: [edit], keepsMeaning: false }
}

export const servicePortForPodPort: Rule = {
  id: 'service-port',
  title: 'a Service port stands where the pod port belongs',
  severity: 'warning',
  fixable: true,
  *check(context) {
    for (const placed of context.rules) {
      const { policy, rule } = placed
      if (rule.ports === 'any') continue
      const pods = destinationsOf(context, placed)
      if (!pods || pods.length === 0) continue
      for (const entry of rule.ports) {
        if (entry.kind !== 'range' || entry.first !== entry.last) continue
        const { protocol, first: port } = entry
        if (pods.some((pod) => pod.ports.some((one) => one.port === port && one.protocol === protocol))) continue
        const mapping = servicePort(context, pods, { protocol, port })
        if (!mapping) continue
        const { service, targets } = mapping
        const [target] = targets
        const fix =
          targets.length === 1 && target !== undefined && !context.isRendered(policy)
            ? fixOf(entry, port, target)
            : undefined
        yield {
          message: `${ruleName(placed)} allows ${portMatchWords(entry)}, a port of ${serviceName(service)} that leads to pod port ${targets.join(', ')}: policies see the pod port, so the rule lets nothing through`,
          ...spanAt(policy, entry, rule),
          notes: [{ message: `${serviceName(service)} is here`, ...(service.span && { span: service.span }) }],
          help: `write pod port ${targets.join(' or ')}`,
          ...(fix && { fix }),
        }
      }
    }
  },
}
