// A right that was missing: who may do what to which kind where, as the server says it, and the RBAC rule that grants it.

/** One right, in the words of RBAC. */
export interface Right {
  readonly verb: string
  /** Empty: the core group. */
  readonly group: string
  /** With the subresource where there is one: `pods/exec`. */
  readonly resource: string
  /** Absent: of the whole cluster. */
  readonly namespace?: string
}

/** The right that a refusal names: `cannot list resource "pods" in API group "" in the namespace "shop"`. */
export function refusedRight(message: string): Right | undefined {
  const found = /cannot ([a-z]+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/.exec(
    message,
  )
  if (!found) return undefined
  const [, verb = '', resource = '', group = '', namespace] = found
  return { verb, group, resource, ...(namespace !== undefined && { namespace }) }
}

/** `list pods in the namespace `shop``, for a message. */
export function rightWords({ verb, group, resource, namespace }: Right): string {
  const kind = group === '' ? resource : `${resource}.${group}`
  return `${verb} ${kind} ${namespace === undefined ? 'in the whole cluster' : `in the namespace \`${namespace}\``}`
}

/** The rule of a Role or ClusterRole, as YAML on one line. */
export function rbacRule({ verb, group, resource }: Right): string {
  return `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`
}

/** What to do about a right that is missing. */
export function rightHelp(right: Right): string {
  const role = right.namespace === undefined ? 'a ClusterRole' : `a Role in \`${right.namespace}\``
  return `add the rule \`${rbacRule(right)}\` to ${role} that is bound to you`
}
