// Ways into the cluster that end at Services: Ingress, Gateway API routes, OpenShift Routes.
import type { Span } from '../diag/source.ts'

export type RouteKind = 'Ingress' | 'Route' | 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute'

/** A Service that a route sends to, and which of its ports. */
export interface RouteBackend {
  readonly namespace: string
  readonly service: string
  /** A Service port by number or name; `undefined`: every port of the Service. */
  readonly port: number | string | undefined
  /** OpenShift: only what leads to this port of the pods, whatever the Service's own port. */
  readonly podPort?: number
  /**
   * False: the backend is in another namespace, and no ReferenceGrant of the input lets the route send there. A gateway
   * answers with an error then and opens nothing.
   */
  readonly granted: boolean
  readonly span?: Span
}

/** One route. The connection to the pod comes from the controller's pods, not from the client (S45). */
export interface Route {
  readonly kind: RouteKind
  readonly namespace: string
  readonly name: string
  /** Of the connection to the backends. */
  readonly protocol: 'TCP' | 'UDP'
  /** Host names it answers to; empty: every one. */
  readonly hosts: readonly string[]
  /** What serves it: an ingress class by name, Gateways as `namespace/name`. Empty: the cluster's default. */
  readonly servedBy: readonly string[]
  /** Each Service and port once; without those that have the weight 0. */
  readonly backends: readonly RouteBackend[]
  readonly span?: Span
}

/** `HTTPRoute shop/web`. */
export function routeName({ kind, namespace, name }: Route): string {
  return `${kind} ${namespace}/${name}`
}
