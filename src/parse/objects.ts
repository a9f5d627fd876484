// Documents -> objects: dispatch by kind, `List`s unpacked, what is not read listed or refused.
import type { SourceFile, Span } from '../diag/source.ts'
import type { ClusterNetworkPolicy } from '../policy/cluster-network-policy.ts'
import type { NetworkPolicy } from '../policy/network-policy.ts'
import type { Route } from '../policy/route.ts'
import {
  type Moat,
  type Namespace,
  type Node as ClusterNode,
  type Pod,
  type Service,
  type Workload,
} from '../policy/snapshot.ts'
import type { Assertion } from '../policy/assertion.ts'
import { assertionsOf, soundly } from './assertions.ts'
import { nodeOf } from './cluster-nodes.ts'
import { clusterPolicyOf } from './cluster-policies.ts'
import { asMapping, asString, closed, field, isMapping, items } from './decode.ts'
import { gatewayRouteOf, referenceGrantOf, type ReferenceGrant } from './gateway-routes.ts'
import { ingressOf, openShiftRouteOf } from './ingresses.ts'
import { apiVersionOf, groupOf, kindsOf, knownGroups, meantGroup, replacementOf, treatmentOf } from './kinds.ts'
import { metadataOf, type Metadata } from './metadata.ts'
import { moatOf } from './moats.ts'
import { isNetassert, netassertTests } from './netassert.ts'
import { namespaceOf } from './namespaces.ts'
import { networkPolicyOf } from './network-policies.ts'
import type { MappingNode, Node } from './node.ts'
import { podOf } from './pods.ts'
import { fail, spanOf, type Report, type Value } from './report.ts'
import { serviceOf } from './services.ts'
import { didYouMean } from '../diag/suggest.ts'
import { workloadOf } from './workloads.ts'

export type WhySkipped =
  /** Its kind decides nothing about traffic, or is a custom resource. */
  | 'carries-no-policy'
  /** A custom resource whose pods are not known. */
  | 'pods-unknown'
  /** A policy of another API, left out as the caller wants it. */
  | 'policy-not-read'
  /** A policy of a service mesh, which can only deny more. */
  | 'mesh-policy'
  /** A Service of type ExternalName: a DNS alias. */
  | 'external-name'
  /** A route that hangs on no Gateway: nothing comes in through it. */
  | 'unattached'

/** An object that was seen and not read. */
export interface Skipped {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string | undefined
  /** `undefined` where it has none. */
  readonly name: string | undefined
  readonly why: WhySkipped
  readonly span: Span
}

/** One object as read. `owner` is its controller's identity where the input names one. */
export type ReadObject = { readonly metadata: Metadata; readonly span: Span } & (
  | { readonly kind: 'Namespace'; readonly object: Namespace }
  | { readonly kind: 'Pod'; readonly object: Pod }
  | { readonly kind: 'Workload'; readonly object: Workload }
  | { readonly kind: 'Service'; readonly object: Service }
  | { readonly kind: 'NetworkPolicy'; readonly object: NetworkPolicy }
  | { readonly kind: 'ClusterPolicy'; readonly object: ClusterNetworkPolicy }
  | { readonly kind: 'Node'; readonly object: ClusterNode }
  | { readonly kind: 'Route'; readonly object: Route }
  | { readonly kind: 'ReferenceGrant'; readonly object: ReferenceGrant }
  | { readonly kind: 'Moat'; readonly object: Moat }
)

export interface ReadContext {
  readonly defaultNamespace: string
  /** What happens to policies of other APIs, which change the answer and are not understood. */
  readonly otherPolicies: 'refuse' | 'warn'
  found(object: ReadObject): void
  skipped(object: Skipped): void
  /** Assertions stand for themselves: nothing refers to the object they come in. */
  readonly asserted: (assertions: readonly Assertion[]) => void
}

/** Such a file need not say what it is. */
const KUSTOMIZATION_FILE = /(?:^|[/\\])kustomization\.ya?ml$/i

const MANIFEST_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'items']

function looksLikeManifest(node: Node): boolean {
  return node.kind === 'mapping' && MANIFEST_FIELDS.some((name) => node.entries.has(name))
}

/** Reads one document of a file. */
export function readDocument(node: Node, at: { file: SourceFile; report: Report }, context: ReadContext): void {
  const root: Value = { node, ...at, parent: undefined, step: '', key: undefined }
  if (isMapping(root) && (looksLikeManifest(node) || KUSTOMIZATION_FILE.test(at.file.name))) {
    readObject(root, context, undefined)
    return
  }
  if (isNetassert(node)) {
    soundly(root, context.asserted, () => netassertTests(root))
    return
  }
  // Data beside the manifests may be left out; what could be a damaged manifest may not.
  const data = node.kind === 'mapping' || (node.kind === 'list' && !node.items.some(looksLikeManifest))
  fail(root, {
    severity: data ? 'warning' : 'error',
    code: 'not-a-manifest',
    message: `this is no Kubernetes object${data ? ': it is left out' : `, but ${node.kind === 'list' ? 'a list of some' : `a ${node.kind}`}`}`,
    at: isMapping(root) ? firstKey(root) : { start: node.start, end: Math.min(node.end, node.start + 1) },
    help: node.kind === 'list' && !data ? 'make it the `items` of an object with `kind: List`' : undefined,
  })
}

function firstKey(value: Value<MappingNode>) {
  return value.node.entries.values().next().value?.key ?? value.node
}

interface Identity {
  readonly apiVersion: string
  readonly kind: string
}

function readObject(object: Value<MappingNode>, context: ReadContext, typed: Identity | undefined): void {
  const { apiVersion, kind } = identityOf(object, typed)
  if (apiVersion === undefined || kind === undefined) return
  // S48: a `List` holds objects of any kind, a `PodList` Pods that need not say so.
  const itemKind = kind === 'List' ? undefined : { apiVersion, kind: kind.replace(/List$/, '') }
  if (kind.endsWith('List') && (kind === 'List' || object.node.entries.has('items'))) {
    closed(object, ['apiVersion', 'kind', 'metadata', 'items'])
    for (const item of items(field(object, 'items'))) {
      const mapping = asMapping(item)
      if (mapping) readObject(mapping, context, itemKind)
    }
    return
  }
  const treatment = treatmentOf(apiVersion, kind)
  if (treatment === 'read') read(object, { apiVersion, kind }, context)
  else if (treatment === 'skip') skip(object, { apiVersion, kind }, context)
  else refuse(object, { apiVersion, kind }, { treatment, context })
}

/** `apiVersion` and `kind`; the items of a `PodList` may leave them out. */
function identityOf(object: Value<MappingNode>, typed: Identity | undefined): Partial<Identity> {
  const assumed = typed ?? (KUSTOMIZATION_FILE.test(object.file.name) ? KUSTOMIZATION : undefined)
  const text = (name: 'apiVersion' | 'kind') => {
    const value = field(object, name)
    if (value) {
      const found = asString(value)
      return found === undefined ? undefined : { [name]: found }
    }
    if (assumed) return { [name]: assumed[name] }
    const chart = /(?:^|[/\\])Chart\.ya?ml$/.test(object.file.name)
    return fail(object, {
      code: 'missing-kind',
      message: `this object has no \`${name}\``,
      at: firstKey(object),
      help: chart ? 'render the chart first, for example with `helm template`' : `add \`${name}\``,
    })
  }
  return { ...text('apiVersion'), ...text('kind') }
}

const KUSTOMIZATION: Identity = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }

function inMetadata(object: Value<MappingNode>, name: 'name' | 'namespace'): Value | undefined {
  const metadata = field(object, 'metadata')
  return metadata && isMapping(metadata) ? field(metadata, name) : undefined
}

function textOf(value: Value | undefined): string | undefined {
  return value?.node.kind === 'string' ? value.node.value : undefined
}

/** `why` is found out where it is not given. */
function skip(
  object: Value<MappingNode>,
  { why: given, ...identity }: Identity & { readonly why?: WhySkipped },
  context: ReadContext,
): void {
  const name = inMetadata(object, 'name')
  const makes = makesPods(object, identity)
  context.skipped({
    ...identity,
    namespace: textOf(inMetadata(object, 'namespace')),
    name: textOf(name),
    why: given ?? (makes ? 'pods-unknown' : 'carries-no-policy'),
    span: spanOf(name ?? object),
  })
  if (identity.kind === 'Kustomization') {
    fail(object, {
      severity: 'warning',
      code: 'kustomization-not-applied',
      message: 'a kustomization is not applied: the files are read as they stand',
      at: firstKey(object),
      help: 'to have it applied, pipe `kubectl kustomize DIR` into Moat with `-f -`',
    })
  }
  if (!makes) return
  fail(object, {
    severity: 'warning',
    code: 'workload-not-read',
    message: `the pods of this ${identity.kind} (${identity.apiVersion}) are not read: they are missing from every answer`,
    at: object.node.entries.get('kind')?.key ?? object.node,
    help: 'add its pods to the input',
  })
}

/** Custom resources that make pods without a template of theirs: KServe's. */
const MAKERS = new Set(['InferenceService', 'LLMInferenceService'])

/** How deep below `spec` a template stands: LeaderWorkerSet, RayService and the jobs of Kubeflow have it within four levels. */
const DEEPEST = 6

/** True for a custom resource that makes pods: it has a pod template somewhere, or is known to. */
function makesPods(object: Value<MappingNode>, { apiVersion, kind }: Identity): boolean {
  if (groupOf(apiVersion).group === 'serving.kserve.io' && MAKERS.has(kind)) return true
  const spec = object.node.entries.get('spec')?.value
  return spec !== undefined && hasTemplate(spec, DEEPEST)
}

function hasTemplate(node: Node, levels: number): boolean {
  if (levels === 0) return false
  if (node.kind === 'list') return node.items.some((item) => hasTemplate(item, levels - 1))
  if (node.kind !== 'mapping') return false
  return [...node.entries].some(
    ([key, { value }]) => (/template$/i.test(key) && isPodTemplate(value)) || hasTemplate(value, levels - 1),
  )
}

function isPodTemplate(node: Node): boolean {
  const spec = node.kind === 'mapping' ? node.entries.get('spec')?.value : undefined
  return spec?.kind === 'mapping' && spec.entries.get('containers')?.value.kind === 'list'
}

type Refusal = Exclude<ReturnType<typeof treatmentOf>, 'read' | 'skip'>

function refuse(
  object: Value<MappingNode>,
  { apiVersion, kind }: Identity,
  { treatment, context }: { treatment: Refusal; context: ReadContext },
): void {
  const kindAt = field(object, 'kind')?.node
  const versionAt = field(object, 'apiVersion')?.node
  const at = (range = kindAt) => (range ? { at: range } : {})
  const { group, version } = groupOf(apiVersion)
  switch (treatment) {
    case 'refuse':
      if (context.otherPolicies === 'warn') skip(object, { apiVersion, kind, why: 'policy-not-read' }, context)
      fail(object, {
        severity: context.otherPolicies === 'warn' ? 'warning' : 'error',
        code: 'policy-not-read',
        message: `${kind} (${apiVersion}) decides about traffic and is not understood here: every answer could be wrong`,
        ...at(),
        help: 'leave it out to have the answer without it',
      })
      return
    case 'mesh':
      skip(object, { apiVersion, kind, why: 'mesh-policy' }, context)
      fail(object, {
        severity: 'warning',
        code: 'mesh-policy-not-read',
        message: `${kind} (${apiVersion}) is not read: the service mesh may deny more than the answers say`,
        ...at(),
        help: 'keep in mind that the answers are about NetworkPolicies alone',
      })
      return
    case 'removed': // S48
      fail(object, {
        code: 'removed-api-version',
        message: `Kubernetes has removed \`${apiVersion}\` for ${kind}: no cluster accepts it any more`,
        ...at(versionAt),
        help: `write \`apiVersion: ${replacementOf(apiVersion, kind)}\``,
      })
      return
    case 'unknown-version':
      fail(object, {
        code: 'unknown-version',
        message: `${kind} has no version \`${version}\`${group === '' ? '' : ` in \`${group}\``}`,
        ...at(versionAt),
        help: `write \`apiVersion: ${apiVersionOf(kind, group)}\``,
      })
      return
    case 'unknown-kind': {
      const elsewhere = apiVersionOf(kind)
      fail(object, {
        code: 'unknown-kind',
        message: `\`${apiVersion}\` has no kind \`${kind}\``,
        ...at(),
        help:
          elsewhere === undefined
            ? didYouMean(kind.replace(/List$/, ''), kindsOf(group))
            : `${kind} belongs to \`apiVersion: ${elsewhere}\``,
      })
      return
    }
    case 'unknown-group': {
      const meant = meantGroup(group, kind)
      const known = apiVersionOf(kind, meant)
      fail(object, {
        code: 'unknown-group',
        message: `no API group \`${group}\` is known`,
        ...at(versionAt),
        help:
          known === undefined
            ? didYouMean(meant ?? group, knownGroups())
            : `${kind} belongs to \`apiVersion: ${known}\``,
      })
    }
  }
}

/** Reads an object of a kind that is read; one with an error in it is reported and left out. */
function read(value: Value<MappingNode>, { apiVersion, kind }: Identity, context: ReadContext): void {
  if (kind === 'Assertions') {
    soundly(value, context.asserted, () => assertionsOf(value))
    return
  }
  const errors = value.report.errors
  const metadata = metadataOf(value, kind === 'Namespace' || kind === 'Service' ? 'dns-label' : 'subdomain')
  if (!metadata) return
  const namespace = metadata.namespace ?? context.defaultNamespace // S41
  const found = decode(value, { kind, metadata, namespace })
  if (value.report.errors > errors) return
  if (found) context.found({ ...found, metadata, span: metadata.span })
  else {
    const why = kind === 'Service' ? 'external-name' : 'unattached'
    context.skipped({ apiVersion, kind, namespace, name: metadata.name, why, span: metadata.span })
  }
}

type WithoutPlace<T> = T extends unknown ? Omit<T, 'metadata' | 'span'> : never

function decode(
  value: Value<MappingNode>,
  { kind, metadata, namespace }: { kind: string; metadata: Metadata; namespace: string },
): WithoutPlace<ReadObject> | undefined {
  switch (kind) {
    case 'Namespace':
      return { kind, object: namespaceOf(value, metadata) }
    case 'Pod':
      return { kind, object: podOf(value, metadata, namespace) }
    case 'Service': {
      const object = serviceOf(value, metadata, namespace)
      return object && { kind, object }
    }
    case 'NetworkPolicy':
      return { kind, object: networkPolicyOf(value, metadata, namespace) }
    case 'AdminNetworkPolicy':
    case 'BaselineAdminNetworkPolicy':
    case 'ClusterNetworkPolicy':
      return { kind: 'ClusterPolicy', object: clusterPolicyOf(value, metadata, kind) }
    case 'Node':
      return { kind, object: nodeOf(value, metadata) }
    case 'Ingress':
      return { kind: 'Route', object: ingressOf(value, metadata, namespace) }
    case 'Route':
      return { kind, object: openShiftRouteOf(value, metadata, namespace) }
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
    case 'TCPRoute':
    case 'UDPRoute': {
      const object = gatewayRouteOf(value, metadata, { kind, namespace })
      return object && { kind: 'Route', object }
    }
    case 'ReferenceGrant':
      return { kind, object: referenceGrantOf(value, metadata, namespace) }
    case 'Moat': {
      const object = moatOf(value, metadata, namespace)
      return object && { kind, object }
    }
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'Job':
    case 'CronJob':
      return { kind: 'Workload', object: workloadOf(value, metadata, { kind, namespace }) }
    default:
      return undefined
  }
}
