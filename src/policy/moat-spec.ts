// The `Moat` spec: who may call a model server and where it may call out. Deny is the default of every field.
import type { Expectation } from './assertion.ts'
import type { Span } from '../diag/source.ts'
import type { Protocol } from '../sets/connection-set.ts'
import type { Cidr } from '../sets/ip-address.ts'
import type { Selector } from './selector.ts'

export type ModelRuntime =
  | 'Auto'
  | 'LlamaCpp'
  | 'Ollama'
  | 'VLLM'
  | 'SGLang'
  | 'TGI'
  | 'Triton'
  | 'LocalAI'
  | 'NIM'
  | 'Custom'

/** A port the Moat speaks of: a number, or the name of a container port of the model's pods. */
export interface MoatPort {
  readonly port: number | string
  readonly protocol: Protocol
  readonly span?: Span
}

/** Pods by labels. `namespaces: 'own'` is the Moat's namespace. */
export interface PodPeer {
  readonly namespaces: 'own' | Selector
  readonly pods: Selector
}

/** Somebody who may call the model; keyed by `name`. */
export interface Caller extends PodPeer {
  readonly name: string
  /** Empty: the API port only. */
  readonly ports: readonly MoatPort[]
  readonly span?: Span
}

/** A destination the model may open; keyed by `name`. */
export interface MoatEgress {
  readonly name: string
  readonly to:
    | { readonly kind: 'cidr'; readonly cidr: Cidr; readonly except: readonly Cidr[] }
    | ({ readonly kind: 'pods' } & PodPeer)
  /** Empty: every port of every protocol. */
  readonly ports: readonly MoatPort[]
  readonly span?: Span
}

/** A statement the proof must confirm: over all pods that both selectors could match. */
export interface MoatAssertion {
  readonly name: string
  readonly from: AssertionEnd
  readonly to: AssertionEnd
  /** Empty: all ports of all protocols. */
  readonly ports: readonly MoatPort[]
  readonly expect: Expectation
  readonly span?: Span
}

export type AssertionEnd =
  | ({ readonly kind: 'pods' } & PodPeer)
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  /** The model's own pods. */
  | { readonly kind: 'model' }

export interface MoatSpec {
  readonly model: {
    readonly pods: Selector
    readonly runtime: ModelRuntime
    /** The API port; `undefined`: taken from the runtime profile or the selected pods. */
    readonly apiPort: MoatPort | undefined
    /** Metrics port where it is not the API port. */
    readonly metricsPort: MoatPort | undefined
    /** `Self`: the model's pods may talk to each other. */
    readonly peers: 'None' | 'Self'
    readonly span?: Span
  }
  /** Empty: nobody. */
  readonly callers: readonly Caller[]
  /** Who may scrape metrics. Empty: nobody. */
  readonly scrapers: readonly Caller[]
  /** Empty: nowhere. */
  readonly egress: readonly MoatEgress[]
  /** `None`: no DNS. `Cluster`: the cluster's DNS pods on UDP and TCP 53. */
  readonly dns: 'None' | 'Cluster'
  readonly assertions: readonly MoatAssertion[]
  /** Also deny by default everything else in the namespace. */
  readonly namespaceDefaultDeny: boolean
}
