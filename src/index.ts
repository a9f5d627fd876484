// The public API of modelmoat: pure functions from manifests to answers. The only barrel file.
export { formatDiagnostic, type Diagnostic } from './diag/diagnostic.ts'
export type { Snapshot } from './policy/snapshot.ts'
