// Rendered policies as text: YAML with a sentence above each rule, or a Kubernetes List.
import type { RenderedPolicy } from '../intent/commented.ts'
import { yamlDocument, type YamlObject } from './yaml.ts'

/** The manifests as one multi-document YAML text; `comments: false` leaves the sentences out. */
export function manifestsYaml(policies: readonly RenderedPolicy[], options: { readonly comments: boolean }): string {
  return policies
    .map(({ manifest, comments }) => yamlDocument(manifest as unknown as YamlObject, options.comments ? comments : []))
    .join('---\n')
}

/** The manifests as a `List`, the form that `kubectl apply -f -` takes as JSON. */
export function manifestsJson(policies: readonly RenderedPolicy[]): string {
  const items = policies.map(({ manifest }) => manifest)
  return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)}\n`
}
