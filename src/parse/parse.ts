// Manifests as text -> Snapshot and diagnostics. Pure, and never throws on what a user wrote.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { SourceFile, Span } from '../diag/source.ts'
import type { Assertion } from '../policy/assertion.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { assemble } from './assemble.ts'
import { checkAssumedNamespaces } from './assumed-namespace.ts'
import { checkControllerLabels } from './controller-labels.ts'
import { documentsIn } from './documents.ts'
import { checkMoats } from './moat-checks.ts'
import { readDocument, type ReadObject, type Skipped } from './objects.ts'
import { createReport } from './report.ts'
import { checkRoutes } from './route-checks.ts'

export type { Skipped, WhySkipped } from './objects.ts'

export interface ParseOptions {
  /** Where objects without `metadata.namespace` live (S41); `default` when not given. */
  readonly defaultNamespace?: string
  /**
   * Policies of other APIs (CiliumNetworkPolicy, Calico's GlobalNetworkPolicy, …) change the answer and are not understood:
   * an error (`refuse`, the default) or a warning.
   */
  readonly otherPolicies?: 'refuse' | 'warn'
  /** Runs each step of the work (text to a tree, tree to objects) and may take its time. */
  readonly step?: <T>(step: 'parse' | 'decode', body: () => T) => T
}

/** An object of the input that was read. */
export interface ObjectRead {
  readonly kind: string
  /** `undefined` for one that lies in no namespace. */
  readonly namespace: string | undefined
  readonly name: string
  /** It says no namespace: the default one was taken (S41). */
  readonly assumedNamespace: boolean
  readonly span: Span
}

export interface ParseResult {
  /** What could be read; objects with an error in them are left out, so use it for answers only when there is no error. */
  readonly snapshot: Snapshot
  /** In the order of the input, then those that have no place. */
  readonly diagnostics: readonly Diagnostic[]
  /** All that was read, in the order of the input; a workload too whose pods the snapshot has instead. */
  readonly objects: readonly ObjectRead[]
  /** All that was seen and not read, in the order of the input. */
  readonly skipped: readonly Skipped[]
}

/** Reads all manifests of all files as one input. */
export function parse(sources: readonly SourceFile[], options: ParseOptions = {}): ParseResult {
  const { defaultNamespace = 'default', otherPolicies = 'refuse', step = (_, body) => body() } = options
  const report = createReport()
  const objects: ReadObject[] = []
  const skipped: Skipped[] = []
  const assertions: Assertion[] = []
  const context = {
    defaultNamespace,
    otherPolicies,
    found: (object: ReadObject) => void objects.push(object),
    skipped: (object: Skipped) => void skipped.push(object),
    asserted: (some: readonly Assertion[]) => some.forEach((one) => assertions.push(one)),
  }
  // Read on only to find more mistakes.
  const unsound = { ...context, found: () => undefined, asserted: () => undefined }
  for (const file of sources) {
    if (report.full) break
    const documents = documentsIn(file, report)
    for (;;) {
      const { value: document } = step('parse', () => documents.next())
      if (!document) break
      const { node, sound } = document
      step('decode', () => readDocument(node, { file, report }, sound ? context : unsound))
    }
  }
  if (objects.length + assertions.length === 0 && report.errors === 0) {
    report.add({
      severity: 'error',
      code: 'no-manifests',
      message: sources.length === 0 ? 'nothing to read' : 'the input has no object that Moat reads',
      help: 'name files or folders with manifests: NetworkPolicy, Pod, Deployment, Moat, …',
    })
  }
  const snapshot = step('decode', () => {
    const assembled = { ...assemble(objects, report), assertions }
    // Who says the namespace knows of it.
    if (options.defaultNamespace === undefined) checkAssumedNamespaces(objects, defaultNamespace, report)
    checkMoats(assembled, report)
    checkControllerLabels(assembled, report)
    checkRoutes(assembled, skipped, report)
    return assembled
  })
  return {
    snapshot,
    diagnostics: inOrder(report.diagnostics, sources),
    objects: objects.map(objectRead),
    skipped,
  }
}

function objectRead({ kind, metadata, object, span }: ReadObject): ObjectRead {
  const namespace = 'namespace' in object ? object.namespace : undefined
  return {
    kind: 'kind' in object ? object.kind : kind,
    namespace,
    name: metadata.name,
    assumedNamespace: namespace !== undefined && metadata.namespace === undefined,
    span,
  }
}

/** By place; those without one last. */
function inOrder(diagnostics: readonly Diagnostic[], sources: readonly SourceFile[]): Diagnostic[] {
  const index = new Map(sources.map((file, i) => [file, i]))
  const fileOf = ({ span }: Diagnostic) => (span && index.get(span.file)) ?? sources.length
  return diagnostics.toSorted((a, b) => fileOf(a) - fileOf(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0))
}
