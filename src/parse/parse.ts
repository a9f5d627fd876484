// Manifests as text -> Snapshot and diagnostics. Pure, and never throws on what a user wrote.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { SourceFile } from '../diag/source.ts'
import type { Snapshot } from '../policy/snapshot.ts'
import { assemble } from './assemble.ts'
import { checkAssumedNamespaces } from './assumed-namespace.ts'
import { checkControllerLabels } from './controller-labels.ts'
import { documentsOf } from './documents.ts'
import { checkMoats } from './moat-checks.ts'
import { readDocument, type ReadObject, type Skipped } from './objects.ts'
import { createReport } from './report.ts'
import { checkRoutes } from './route-checks.ts'

export type { Skipped, WhySkipped } from './objects.ts'

export interface ParseOptions {
  /** Where objects without `metadata.namespace` live (S41); `default` when not given. */
  readonly defaultNamespace?: string
  /**
   * Policies of other APIs (AdminNetworkPolicy, CiliumNetworkPolicy, …) change the answer and are not understood:
   * an error (`refuse`, the default) or a warning.
   */
  readonly otherPolicies?: 'refuse' | 'warn'
}

export interface ParseResult {
  /** What could be read; objects with an error in them are left out, so use it for answers only when there is no error. */
  readonly snapshot: Snapshot
  /** In the order of the input, then those that have no place. */
  readonly diagnostics: readonly Diagnostic[]
  /** Objects that carry no policy, in the order of the input. */
  readonly skipped: readonly Skipped[]
}

/** Reads all manifests of all files as one input. */
export function parse(sources: readonly SourceFile[], options: ParseOptions = {}): ParseResult {
  const { defaultNamespace = 'default', otherPolicies = 'refuse' } = options
  const report = createReport()
  const objects: ReadObject[] = []
  const skipped: Skipped[] = []
  const context = {
    defaultNamespace,
    otherPolicies,
    found: (object: ReadObject) => void objects.push(object),
    skipped: (object: Skipped) => void skipped.push(object),
  }
  for (const file of sources) {
    if (report.full) break
    for (const { node, sound } of documentsOf(file, report)) {
      readDocument(node, { file, report }, sound ? context : { ...context, found: () => undefined })
    }
  }
  if (objects.length === 0 && report.errors === 0) {
    report.add({
      severity: 'error',
      code: 'no-manifests',
      message: sources.length === 0 ? 'nothing to read' : 'the input has no object that Moat reads',
      help: 'name files or folders with manifests: NetworkPolicy, Pod, Deployment, Moat, …',
    })
  }
  const snapshot = assemble(objects, report)
  checkAssumedNamespaces(objects, defaultNamespace, report)
  checkMoats(snapshot, report)
  checkControllerLabels(snapshot, report)
  checkRoutes(snapshot, skipped, report)
  return { snapshot, diagnostics: inOrder(report.diagnostics, sources), skipped }
}

/** By place; those without one last. */
function inOrder(diagnostics: readonly Diagnostic[], sources: readonly SourceFile[]): Diagnostic[] {
  const index = new Map(sources.map((file, i) => [file, i]))
  const fileOf = ({ span }: Diagnostic) => (span && index.get(span.file)) ?? sources.length
  return diagnostics.toSorted((a, b) => fileOf(a) - fileOf(b) || (a.span?.start ?? 0) - (b.span?.start ?? 0))
}
