// Ways into the cluster that end at Services: Ingress, Gateway API routes, OpenShift Routes.
import type { Span } from '../diag/source.ts'

export type RouteKind = 'Ingress' | 'Route' | 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute'

/** A Service that a route sends to, and which of its ports. */
export interface RouteBackend {
  readonly namespace: string
  readonly service: string
  /** A Service port by number or name; `undefined`: every port of the Service. */
  readonly port: number | string | undefined
  readonly span?: Span
}

/** One route. The connection to the pod comes from the controller's pods, not from the client (S45). */
export interface Route {
  readonly kind: RouteKind
  readonly namespace: string
  readonly name: string
  /** Host names it answers to; empty: every one. */
  readonly hosts: readonly string[]
  /** Each Service and port once. */
  readonly backends: readonly RouteBackend[]
  readonly span?: Span
}
