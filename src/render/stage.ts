// What a staging run found, as text, JSON and JUnit: who could open what before and after, and every cell that is not as predicted.
import { type JUnitCase, type JUnitOutcome, junitXml } from './junit.ts'
import { type MatrixCell, matrixLines, type PairVerdict } from './matrix.ts'
import { type Line, piece, type Style } from './styled-text.ts'

export type StageVerdict = 'ENFORCED' | 'NOT ENFORCED' | 'INCONCLUSIVE'

export interface StageCell {
  readonly source: string
  readonly destination: string
  readonly address: string
  readonly family: 4 | 6
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly port: number
  readonly predicted: 'Allowed' | 'Denied'
  /** Before the policies were applied; the positive control. */
  readonly before: 'Allowed' | 'Unknown'
  readonly observed: 'Allowed' | 'Denied' | 'Unknown'
  readonly verdict: StageVerdict
  /** What the verdict rests on, or what is missing. */
  readonly reason: string
}

export interface StageCanary {
  readonly verdict: StageVerdict
  readonly reason: string
  readonly nodes: readonly string[]
  readonly directions: readonly {
    readonly direction: 'ingress' | 'egress'
    readonly verdict: StageVerdict
    readonly reason?: string
    /** Milliseconds after the policy was stored: the last connection that was still made, and the first that was cut. */
    readonly lastMadeMs?: number
    readonly firstCutMs?: number
  }[]
}

/** What `moat stage -o json` prints. */
export interface StageReport {
  readonly verdict: StageVerdict
  readonly server: string
  readonly namespaces: readonly { readonly original: string; readonly staged: string }[]
  readonly pods: readonly { readonly original: string; readonly staged: string; readonly node: string }[]
  /** `namespace/name` of the originals. */
  readonly policies: readonly string[]
  /** Absent: it was left out. */
  readonly canary?: StageCanary
  readonly cells: readonly StageCell[]
  readonly summary: {
    readonly cells: number
    readonly enforced: number
    readonly notEnforced: number
    readonly inconclusive: number
  }
  /** Connections that were not probed, by reason. */
  readonly notProbed: readonly { readonly reason: string; readonly cells: number }[]
  /** What the reader must know to read the rest rightly. */
  readonly remarks: readonly string[]
  /** Wall time of each phase. */
  readonly timingsMs: Readonly<Record<string, number>>
}

const STYLES: Readonly<Record<StageVerdict, Style>> = {
  ENFORCED: 'good',
  'NOT ENFORCED': 'bad',
  INCONCLUSIVE: 'attention',
}

const WORDS: Readonly<Record<string, PairVerdict>> = { Allowed: 'allow', Denied: 'deny', Unknown: 'unknown' }

function pairVerdict(seen: readonly string[]): PairVerdict {
  const words = new Set(seen.map((each) => WORDS[each] ?? 'unknown'))
  if (words.has('unknown')) return 'unknown'
  if (words.size > 1) return 'part'
  return words.has('allow') ? 'allow' : 'deny'
}

function matrix(cells: readonly StageCell[], width: number): Line[] {
  const pairs = Map.groupBy(cells, ({ source, destination }) => `${source} ${destination}`)
  const cell = (source: string, destination: string): MatrixCell | undefined => {
    const pair = pairs.get(`${source} ${destination}`)
    if (!pair) return undefined
    return {
      before: pairVerdict(pair.map(({ before }) => before)),
      after: pairVerdict(pair.map(({ observed }) => observed)),
    }
  }
  const ends = (side: 'source' | 'destination'): string[] => [...new Set(cells.map((each) => each[side]))]
  return matrixLines({ sources: ends('source'), destinations: ends('destination'), cell }, { width })
}

function milliseconds(value: number): string {
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

function canaryLines({ directions, verdict, reason, nodes }: StageCanary): Line[] {
  const each = directions.map(({ direction, verdict, lastMadeMs, firstCutMs, reason }): Line => {
    const time =
      lastMadeMs === undefined || firstCutMs === undefined
        ? (reason ?? '')
        : `cut ${milliseconds(firstCutMs)} after the policy was stored (last made at ${milliseconds(lastMadeMs)})`
    return [piece(`  ${direction.padEnd(8)}`), piece(verdict, STYLES[verdict]), piece(`  ${time}`, 'muted')]
  })
  return [
    [piece('canary    '), piece(verdict, STYLES[verdict]), piece(`  on ${nodes.join(', ') || 'no node'}`, 'muted')],
    ...(directions.length === 0 ? [[piece(`  ${reason}`)]] : each),
  ]
}

/** `tcp/8080 (IPv4)`. */
function portOf({ protocol, port, family }: StageCell): string {
  return `${protocol.toLowerCase()}/${port} (IPv${family})`
}

function cellLines(cell: StageCell): Line[] {
  const { verdict, source, destination, predicted, observed, reason } = cell
  return [
    [piece(verdict, STYLES[verdict]), piece(`  ${source} -> ${destination} ${portOf(cell)}`)],
    [piece(`  predicted ${predicted.toLowerCase()}, observed ${observed.toLowerCase()}: ${reason}`, 'muted')],
  ]
}

function count(number: number, one: string, more = `${one}s`): string {
  return `${number} ${number === 1 ? one : more}`
}

export function stageLines(report: StageReport, { width = 80 }: { readonly width?: number } = {}): Line[] {
  const { server, namespaces, pods, policies, canary, cells, summary, notProbed, remarks, verdict } = report
  const odd = cells.filter((cell) => cell.verdict !== 'ENFORCED')
  const where = namespaces.map(({ original, staged }) => `${original} as ${staged}`).join(', ')
  const totals = `${count(summary.cells, 'cell')} probed: ${summary.enforced} enforced, ${summary.notEnforced} not enforced, ${summary.inconclusive} inconclusive`
  return [
    [
      piece(
        `staged on ${server}: ${count(pods.length, 'pod')}, ${count(policies.length, 'policy', 'policies')}; ${where}`,
      ),
    ],
    [],
    ...(canary ? [...canaryLines(canary), []] : []),
    ...(cells.length > 0 ? [...matrix(cells, width), []] : []),
    ...odd.flatMap(cellLines),
    ...(odd.length > 0 ? [[]] : []),
    ...notProbed.map((each): Line => [
      piece(`not probed: ${count(each.cells, 'connection')}: ${each.reason}`, 'muted'),
    ]),
    ...remarks.map((text): Line => [piece(text, 'muted')]),
    [piece(verdict, STYLES[verdict]), piece(`  ${totals}`)],
  ]
}

function outcomeOf(verdict: StageVerdict, reason: string): JUnitOutcome {
  switch (verdict) {
    case 'ENFORCED':
      return { kind: 'passed' }
    case 'NOT ENFORCED':
      return { kind: 'failed', message: reason }
    case 'INCONCLUSIVE':
      return { kind: 'error', message: reason }
  }
}

export function stageJunit({ canary, cells, notProbed }: StageReport): string {
  const probed = cells.map((cell): JUnitCase => {
    const { source, destination, predicted, verdict, reason } = cell
    return {
      name: `${source} -> ${destination} ${portOf(cell)} is ${predicted.toLowerCase()}`,
      className: `stage.${destination.replaceAll('/', '.')}`,
      outcome: outcomeOf(verdict, reason),
    }
  })
  const sung = canary
    ? [
        {
          name: 'the cluster enforces policies',
          className: 'stage.canary',
          outcome: outcomeOf(canary.verdict, canary.reason),
        },
      ]
    : []
  const skipped = notProbed.map(({ reason, cells }): JUnitCase => ({
    name: `${count(cells, 'connection')} not probed`,
    className: 'stage.not-probed',
    outcome: { kind: 'skipped', message: reason },
  }))
  return junitXml([{ name: 'moat stage', cases: [...sung, ...probed, ...skipped] }])
}
