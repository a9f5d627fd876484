// Parsing short manifests in tests.
import { formatDiagnostic } from '../../src/diag/diagnostic.ts'
import { position } from '../../src/diag/source.ts'
import { parse, type ParseOptions, type ParseResult } from '../../src/parse/parse.ts'

/** One text, as the file `f.yaml`. */
export function read(text: string, options?: ParseOptions): ParseResult {
  return parse([{ name: 'f.yaml', text }], options)
}

/** `severity code line:col` of each diagnostic. */
export function found(text: string, options?: ParseOptions): string[] {
  return read(text, options).diagnostics.map(({ severity, code, span }) => {
    if (!span) return `${severity} ${code}`
    const { line, column } = position(span.file, span.start)
    return `${severity} ${code} ${line}:${column}`
  })
}

/** The diagnostics as a user sees them. */
export function shown(text: string, options?: ParseOptions): string {
  return read(text, options).diagnostics.map(formatDiagnostic).join('\n')
}

/** Throws what a user would see unless the text has no error. */
export function sound(text: string, options?: ParseOptions): ParseResult['snapshot'] {
  const { snapshot, diagnostics } = read(text, options)
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(formatDiagnostic).join('\n'))
  return snapshot
}

/** A NetworkPolicy whose spec is the given lines; line 5 of the text is the first of them. */
export function policyText(spec: string): string {
  const lines = spec.replace(/^\n/, '').replace(/\s+$/, '').split('\n')
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length),
  )
  const body = lines.map((line) => `  ${line.slice(indent)}`).join('\n')
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ns}\nspec:\n${body}\n`
}
