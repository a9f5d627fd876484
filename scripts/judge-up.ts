// Judges the JSON of `moat up examples/seed --once -o json` from outside: what the README promises, and nothing the program says of itself.
//   node scripts/judge-up.ts FILE
import { readFileSync } from 'node:fs'

interface Cell {
  readonly phase: 'open' | 'moat'
  readonly source: string
  readonly destination: string
  readonly address: string
  readonly family: 4 | 6
  readonly protocol: string
  readonly port: number
  readonly predicted: string
  readonly observed?: string
}

interface Report {
  readonly mode: string
  readonly enforcedBy: string
  readonly proof: readonly { readonly claim: string; readonly verdict: string }[]
  readonly cells: readonly Cell[]
  readonly summary: {
    readonly cells: number
    readonly agree: number
    readonly disagree: number
    readonly inconclusive: number
  }
  readonly streams: readonly {
    readonly source: string
    readonly destination: string
    readonly before: string
    readonly after: string
  }[]
}

const report = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8')) as Report
const problems: string[] = []

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) problems.push(otherwise)
}

const SLM = 'ai-models/slm'
const FEATURE_API = 'ai-models/feature-api'
const STRANGER = 'ai-models/stranger'
const OTHER_FEATURE_API = 'other-team/feature-api'

/** Cells of the moat phase for one pair; a trailing `*` matches any rest. */
function cells(source: string, destination: (cell: Cell) => boolean): Cell[] {
  return report.cells.filter((cell) => cell.phase === 'moat' && cell.source === source && destination(cell))
}

function expectObserved(name: string, found: readonly Cell[], observed: string): void {
  expectThat(found.length > 0, `${name}: not probed`)
  const wrong = found.find((cell) => cell.observed !== observed)
  expectThat(wrong === undefined, `${name}: expected ${observed} everywhere, got ${JSON.stringify(wrong)}`)
}

expectThat(report.mode === 'root' || report.mode === 'user-namespace', `mode ${report.mode}: no kernel enforced it`)
expectThat(report.enforcedBy === 'nftables', `enforced by ${report.enforcedBy}`)
expectThat(report.cells.length >= 200, `only ${report.cells.length} cells`)
for (const family of [4, 6]) {
  for (const protocol of ['TCP', 'UDP']) {
    for (const phase of ['open', 'moat']) {
      const some = report.cells.some((c) => c.family === family && c.protocol === protocol && c.phase === phase)
      expectThat(some, `no ${protocol} cell over IPv${family} in phase ${phase}`)
    }
  }
}
const disagree = report.cells.filter((c) => c.observed !== c.predicted && c.observed !== 'Inconclusive')
const inconclusive = report.cells.filter((c) => c.observed === 'Inconclusive')
expectThat(disagree.length === 0, `${disagree.length} cells disagree, first ${JSON.stringify(disagree[0])}`)
expectThat(
  inconclusive.length === 0,
  `${inconclusive.length} cells inconclusive, first ${JSON.stringify(inconclusive[0])}`,
)
const { summary } = report
expectThat(
  summary.cells === report.cells.length && summary.agree === summary.cells,
  `summary ${JSON.stringify(summary)} does not add up`,
)
expectThat(report.proof.length >= 5, `only ${report.proof.length} claims`)
expectThat(!report.proof.some((claim) => claim.verdict === 'REFUTED'), 'a claim is refuted')
expectThat(
  report.cells.every((c) => c.phase !== 'open' || c.observed === 'Allowed'),
  'the open phase denies something: no positive control',
)

const approved = (cell: Cell): boolean => cell.address.startsWith('203.0.113.')
const isApi = (cell: Cell): boolean => cell.destination === SLM && cell.protocol === 'TCP' && cell.port === 8080
const outside = (cell: Cell): boolean => !cell.destination.includes('/')
const dns = (cell: Cell): boolean => cell.destination.startsWith('kube-system/') && cell.port === 53
const metadata = (cell: Cell): boolean => cell.address === '169.254.169.254' || cell.address === 'fd00:ec2::254'
expectObserved('feature-api → slm', cells(FEATURE_API, isApi), 'Allowed')
expectObserved(
  'stranger → slm',
  cells(STRANGER, (c) => c.destination === SLM),
  'Denied',
)
expectObserved(
  'feature-api of another namespace → slm',
  cells(OTHER_FEATURE_API, (c) => c.destination === SLM),
  'Denied',
)
expectObserved(
  'slm → feature-api',
  cells(SLM, (c) => c.destination === FEATURE_API),
  'Denied',
)
expectObserved('slm → approved range', cells(SLM, approved), 'Allowed')
expectObserved(
  'slm → any other outside address',
  cells(SLM, (c) => outside(c) && !approved(c)),
  'Denied',
)
expectObserved('slm → DNS', cells(SLM, dns), 'Denied')
expectObserved('slm → metadata', cells(SLM, metadata), 'Denied')
expectObserved('stranger → outside', cells(STRANGER, outside), 'Allowed')

const stream = (source: string): string | undefined => report.streams.find((s) => s.source === source)?.after
expectThat(stream(STRANGER) === 'cut', `the stranger's stream is ${stream(STRANGER)}`)
expectThat(stream(FEATURE_API) === 'open', `the feature API's stream is ${stream(FEATURE_API)}`)

for (const problem of problems) process.stderr.write(`judge: ${problem}\n`)
process.exitCode = problems.length === 0 ? 0 : 1
