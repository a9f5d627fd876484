// What is known of a model server program: which ports it listens on unless told otherwise.
import type { ModelRuntime } from '../../policy/moat-spec.ts'

/** A fact about a runtime, and where it was read. */
interface Sourced {
  /** File, commit or page. */
  readonly source: string
}

export interface ProfilePort extends Sourced {
  readonly port: number
  /** When this port is the one, where a runtime has several. */
  readonly when?: string
}

/** A port of the program that is not for callers: it has no authentication or is for its own parts. */
export interface InternalPort extends Sourced {
  readonly port: number
  readonly what: string
}

export type ProfileMetrics = Sourced &
  (
    | { readonly kind: 'on-api-port'; readonly path: string }
    | { readonly kind: 'own-port'; readonly port: number; readonly path: string }
    /** The program serves no metrics. */
    | { readonly kind: 'none' }
  )

/** A runtime's defaults. A port that the pods declare or the Moat says comes before them. */
export interface RuntimeProfile {
  readonly runtime: Exclude<ModelRuntime, 'Auto' | 'Custom'>
  /** The program's own name. */
  readonly title: string
  /** Repositories of its images, without registry mirrors; one that ends in `/` stands for all below it. */
  readonly images: readonly string[]
  /** How a container's command or arguments start it, where the image is somebody's own. */
  readonly commands: readonly string[]
  /** TCP; the usual one first, then those of other versions or images. */
  readonly apiPorts: readonly [ProfilePort, ...ProfilePort[]]
  readonly metrics: ProfileMetrics
  readonly internalPorts: readonly InternalPort[]
}
