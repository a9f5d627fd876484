// A Moat as far as an input tells it: each field with the reason for it, and what the input does not tell.
import type { Caller, MoatEgress, MoatPort, MoatSpec } from '../../policy/moat-spec.ts'
import type { Selector } from '../../policy/selector.ts'

/** A value and, in words, where it comes from; the words stand above it as a comment. */
export interface Because<T> {
  readonly value: T
  readonly because: string
}

/** Something that only a person can answer. */
export type Question =
  | { readonly kind: 'port'; readonly text: string }
  | { readonly kind: 'callers'; readonly text: string }

export interface Draft {
  readonly namespace: string
  readonly name: string
  /** `Deployment ai-models/slm`: what is put behind the moat. */
  readonly model: string
  readonly selector: Selector
  readonly runtime: Because<MoatSpec['model']['runtime']>
  /** `undefined`: not known. */
  readonly port: Because<MoatPort> | undefined
  readonly callers: readonly Because<Caller>[]
  readonly scrapers: readonly Because<Caller>[]
  readonly egress: readonly Because<MoatEgress>[]
  readonly dns: Because<MoatSpec['dns']>
  /** What the reader should know, one sentence each. */
  readonly remarks: readonly string[]
  readonly questions: readonly Question[]
}
