// Test results in the Test Anything Protocol, version 14.

export interface TapTest {
  readonly name: string
  readonly ok: boolean
  /** What a failure is about, by name; printed as a YAML block. */
  readonly details?: Readonly<Record<string, string | number>>
}

/** One line; `#` and `\` would be read as more than text. */
function description(name: string): string {
  return name
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('#', '\\#')
}

function block(details: Readonly<Record<string, string | number>>): string[] {
  const entries = Object.entries(details).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`)
  return ['  ---', ...entries, '  ...']
}

/** A whole stream with a line end at its end. */
export function tap(tests: readonly TapTest[]): string {
  const plan = tests.length === 0 ? '1..0 # SKIP no tests' : `1..${tests.length}`
  const points = tests.flatMap(({ name, ok, details }, index) => [
    `${ok ? 'ok' : 'not ok'} ${index + 1} - ${description(name)}`,
    ...(details && Object.keys(details).length > 0 ? block(details) : []),
  ])
  return `${['TAP version 14', plan, ...points].join('\n')}\n`
}
