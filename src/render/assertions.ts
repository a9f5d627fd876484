// The results of `moat assert`: lines for people, JSON, TAP, and what the forms of CI systems are made of.
import type { AssertionResult, AssertionWitness } from '../analysis/assert/result.ts'
import type { Diagnostic } from '../diag/diagnostic.ts'
import { formatSpan } from '../diag/source.ts'
import { formatEndpoint } from '../engine/endpoint.ts'
import { assertedConnection, foundWords, reasonsOf } from './assertion-words.ts'
import type { Sentence } from './explain-words.ts'
import type { JUnitCase, JUnitSuite } from './junit.ts'
import { type Line, piece, visible } from './styled-text.ts'
import type { TapTest } from './tap.ts'
import { wrap } from './wrap.ts'

const COLUMN = 6

function withPlace({ text, span }: Sentence): string {
  return span ? `${text} (${formatSpan(span)})` : text
}

/** What was found and why, one text for each. */
function details(result: AssertionResult): string[] {
  const { witness } = result
  const found = `${foundWords(result)}${witness ? `: ${assertedConnection(witness)}` : ''}`
  return [found, ...reasonsOf(result).map(withPlace)]
}

function counts(results: readonly AssertionResult[]): { readonly passed: number; readonly failed: number } {
  const passed = results.filter(({ pass }) => pass).length
  return { passed, failed: results.length - passed }
}

/** Each assertion on a line, those that fail with what was found and why. */
export function assertionLines(results: readonly AssertionResult[], width = 80): Line[] {
  return results.flatMap((result): Line[] => {
    const { pass, assertion } = result
    const more = pass ? [] : details(result).flatMap((text) => wrap(visible(text), width - COLUMN))
    return [
      [piece(pass ? 'ok    ' : 'FAIL  ', pass ? 'good' : 'bad'), piece(visible(assertion.name))],
      ...more.map((text): Line => [piece(' '.repeat(COLUMN)), piece(text, 'muted')]),
    ]
  })
}

export function assertionSummary(results: readonly AssertionResult[]): string {
  const { passed, failed } = counts(results)
  return `${passed} passed, ${failed} failed`
}

function witnessJson({ source, destination, protocol, port, family }: AssertionWitness) {
  return { source: formatEndpoint(source), destination: formatEndpoint(destination), protocol, port, family }
}

function reasonJson(result: AssertionResult): string | undefined {
  return result.pass ? undefined : reasonsOf(result).map(withPlace).join('; ')
}

/** `{"results": [...], "passed", "failed"}`. */
export function assertionsJson(results: readonly AssertionResult[]) {
  return {
    results: results.map((result) => {
      const { assertion, verdict, pass, witness } = result
      const { name, expect } = assertion
      const reason = reasonJson(result)
      return {
        name,
        expect,
        verdict,
        pass,
        ...(reason !== undefined && { reason }),
        ...(witness && { witness: witnessJson(witness) }),
      }
    }),
    ...counts(results),
  }
}

/** One suite for each file that assertions come from. */
export function assertionSuites(results: readonly AssertionResult[]): JUnitSuite[] {
  const byFile = Map.groupBy(results, ({ assertion }) => assertion.span?.file.name ?? 'assertions')
  return [...byFile].map(([file, all]) => ({
    name: file,
    cases: all.map((result): JUnitCase => {
      const [message = '', ...more] = details(result)
      return {
        name: result.assertion.name,
        className: 'moat.assert',
        outcome: result.pass
          ? { kind: 'passed' }
          : { kind: 'failed', message, ...(more.length > 0 && { text: more.join('\n') }) },
      }
    }),
  }))
}

/** A diagnostic for each assertion that fails, at the assertion, with notes where the decision falls. */
export function assertionDiagnostics(results: readonly AssertionResult[]): Diagnostic[] {
  return results
    .filter(({ pass }) => !pass)
    .map((result): Diagnostic => {
      const { assertion, witness } = result
      const found = `${foundWords(result)}${witness ? `: ${assertedConnection(witness)}` : ''}`
      return {
        severity: 'error',
        code: 'assertion-failed',
        message: `assertion \`${assertion.name}\`: ${found}`,
        ...(assertion.span && { span: assertion.span }),
        notes: reasonsOf(result).map(({ text, span }) => ({ message: text, ...(span && { span }) })),
      }
    })
}

/** The tests of a TAP stream. */
export function assertionTap(results: readonly AssertionResult[]): TapTest[] {
  return results.map((result): TapTest => {
    const { assertion, pass, verdict, witness } = result
    if (pass) return { name: assertion.name, ok: true }
    const at = assertion.span ? { at: formatSpan(assertion.span) } : {}
    const shown = witness ? { witness: assertedConnection(witness) } : {}
    const reason = reasonJson(result)
    return {
      name: assertion.name,
      ok: false,
      details: { expected: assertion.expect, found: verdict, ...shown, ...(reason !== undefined && { reason }), ...at },
    }
  })
}
