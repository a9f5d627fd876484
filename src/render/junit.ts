// Test results as JUnit XML, in the form that CI systems have in common.

export type JUnitOutcome =
  | { readonly kind: 'passed' }
  /** `message` is one line; `text` has the details, with line ends. */
  | { readonly kind: 'failed'; readonly message: string; readonly text?: string }
  /** It could not be found out. */
  | { readonly kind: 'error'; readonly message: string; readonly text?: string }
  | { readonly kind: 'skipped'; readonly message: string }

export interface JUnitCase {
  readonly name: string
  /** What CI systems group by; dots separate levels. */
  readonly className: string
  readonly outcome: JUnitOutcome
  /** Not given: 0. */
  readonly seconds?: number
}

export interface JUnitSuite {
  readonly name: string
  readonly cases: readonly JUnitCase[]
}

/** XML has no way to write these at all: they print as `\u{…}`. */
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

function allowed(text: string): string {
  return text.replaceAll(FORBIDDEN, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`)
}

/** As text of an element: line ends stay. */
function escapeText(text: string): string {
  return allowed(text).replaceAll(/[&<>\r]/g, (c) => ENTITIES[c] as string)
}

/** As an attribute with its quotes: line ends are written out, or a reader would make spaces of them. */
function attribute(name: string, value: string | number): string {
  return ` ${name}="${allowed(`${value}`).replaceAll(/[&<>"\r\n\t]/g, (c) => ENTITIES[c] as string)}"`
}

function seconds(cases: readonly JUnitCase[]): string {
  return cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0).toFixed(3)
}

function count(cases: readonly JUnitCase[], kind: JUnitOutcome['kind']): number {
  return cases.filter(({ outcome }) => outcome.kind === kind).length
}

function totals(cases: readonly JUnitCase[]): string {
  return [
    attribute('tests', cases.length),
    attribute('failures', count(cases, 'failed')),
    attribute('errors', count(cases, 'error')),
    attribute('skipped', count(cases, 'skipped')),
    attribute('time', seconds(cases)),
  ].join('')
}

function outcomeXml(outcome: JUnitOutcome): string[] {
  if (outcome.kind === 'passed') return []
  if (outcome.kind === 'skipped') return [`      <skipped${attribute('message', outcome.message)}/>`]
  const element = outcome.kind === 'failed' ? 'failure' : 'error'
  const head = `${attribute('message', outcome.message)}${attribute('type', outcome.kind)}`
  return [`      <${element}${head}>${escapeText(outcome.text ?? outcome.message)}</${element}>`]
}

function caseXml(one: JUnitCase): string[] {
  const head = `    <testcase${attribute('name', one.name)}${attribute('classname', one.className)}${attribute('time', seconds([one]))}`
  const inside = outcomeXml(one.outcome)
  return inside.length === 0 ? [`${head}/>`] : [`${head}>`, ...inside, '    </testcase>']
}

/** One document with a line end at its end. */
export function junitXml(suites: readonly JUnitSuite[]): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attribute('name', 'moat')}${totals(suites.flatMap(({ cases }) => cases))}>`,
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite${attribute('name', name)}${totals(cases)}>`,
      ...cases.flatMap(caseXml),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}
