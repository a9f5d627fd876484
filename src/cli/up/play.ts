// The phases of the main job in their order; each tells what it does, and the report keeps what it found.
import { type Cell, summarise } from '../../analysis/truth-table.ts'
import { qualifiedName } from '../../policy/snapshot.ts'
import type { FlowEvent } from '../../sandbox/events.ts'
import type { SandboxMode } from '../../sandbox/unshare.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { UpOptions } from './options.ts'
import { Demonstration } from './demonstration.ts'
import type { EventTap } from './event-tap.ts'
import { drawMatrix } from './matrix.ts'
import { claimsOf, describeProofs } from './proof-report.ts'
import type { Load, StreamResult, TakeHold, UpReport } from './report.ts'
import type { RuleBook } from './rules.ts'
import type { Scene, Side } from './scene.ts'
import type { Stopwatch } from './stopwatch.ts'
import { describeCell, describeLoad, describeStream, describeTable, describeTakeHold, type Story } from './story.ts'
import { CutWatch } from './streams.ts'
import { probeTable } from './table.ts'

/** What every phase works with. */
export interface Stage {
  readonly sandbox: Sandbox
  readonly rules: RuleBook
  readonly tap: EventTap
  readonly story: Story
  readonly stopwatch: Stopwatch
  readonly options: UpOptions
  readonly mode: SandboxMode
}

/** Cells that are shown one by one when they are not as predicted. */
const SHOWN = 12

async function table(scene: Scene, stage: Stage, phase: Cell['phase']): Promise<Cell[]> {
  const { engine }: Side = phase === 'open' ? scene.open : scene.guarded
  const cells = await stage.stopwatch.phase(`${phase} table`, () =>
    probeTable(stage.sandbox, { engine, phase, attempts: scene.plan.attempts }),
  )
  stage.story.line('truth table', describeTable(cells, summarise(cells)))
  for (const cell of cells.filter((one) => one.observed !== one.predicted).slice(0, SHOWN))
    stage.story.item(describeCell(cell))
  return cells
}

/** Denies nothing yet: what the cluster is like before anybody cares. */
async function open(scene: Scene, stage: Stage, show: Demonstration): Promise<{ cells: Cell[]; load?: Load }> {
  const { story, stopwatch } = stage
  story.heading('OPEN: no policy yet')
  await stopwatch.phase('model', () => show.start())
  for (const [name, text] of show.introductions()) story.line(name, text)
  const cells = await table(scene, stage, 'open')
  await stopwatch.phase('stranger', () => show.drain())
  const load = await stopwatch.phase('unprotected load', () => show.measure())
  const drained = show.drained()
  if (drained !== undefined && show.stranger)
    story.line(qualifiedName(show.stranger), `drains the model: ${drained} so far`)
  const scraped = await show.scraped(0)
  if (scraped) story.line(...scraped)
  return { cells, ...(load && { load }) }
}

interface TakenHold {
  readonly cells: Cell[]
  readonly streams: StreamResult[]
  readonly takeHold: TakeHold
  /** Milliseconds since 1970. */
  readonly committedAt: number
}

/** Commits the rules while both streams run, and watches what the kernel does with them. */
async function moat(scene: Scene, stage: Stage, show: Demonstration): Promise<TakenHold> {
  const { rules, tap, story, stopwatch } = stage
  story.heading('MOAT: the rules are put in force')
  const held = await stopwatch.phase('streams', () => show.holdStreams())
  const cuts = new CutWatch(held)
  let first: FlowEvent | undefined
  const stopListening = tap.listen((event) => {
    if (event.verdict === 'Denied') first ??= event
    cuts.take(event)
  })
  const commit = await stopwatch.phase('commit', () => rules.enforce(scene.guarded.snapshot))
  const committedAt = Date.now()
  const cells = await table(scene, stage, 'moat')
  const streams = await Promise.all(held.map((stream) => cuts.outcome(stream, commit)))
  stopListening()
  const takeHold: TakeHold = {
    commitMs: round(commit.endMs - commit.startMs),
    ...(first && { firstDenialMs: round(first.atMs - commit.startMs) }),
  }
  story.line('rules', describeTakeHold(takeHold))
  for (const stream of streams) {
    story.line(stream.source, story.paint(stream.after === 'cut' ? 'red' : 'green', describeStream(stream)))
  }
  return { cells, streams, takeHold, committedAt }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}

/** Plays everything up to the live view. */
export async function play(scene: Scene, stage: Stage): Promise<UpReport> {
  const { sandbox, rules, story, stopwatch, options, mode } = stage
  const { pods, outside } = sandbox.topology
  const who = mode === 'root' ? 'root' : 'an ordinary user'
  story.heading(`moat up: ${pods.length} pods and ${outside.length} outside addresses on this machine, as ${who}`)
  for (const remark of scene.remarks) story.item(`note: ${remark}`)
  await stopwatch.phase('open rules', () => rules.enforce(scene.open.snapshot))
  const show = new Demonstration(sandbox, { parts: scene.parts, weights: options.model })
  const before = await open(scene, stage, show)
  story.heading('PROOF: over every pod that could exist')
  story.block(describeProofs(scene.proofs, story.width))
  const after = await moat(scene, stage, show)
  const load = await stopwatch.phase('protected load', () => show.measure())
  const scraped = await show.scraped(after.committedAt)
  if (scraped) story.line(...scraped)
  story.block([[], ...drawMatrix(before.cells, after.cells, story.width)])
  if (before.load && load && show.caller) {
    story.heading(`LOAD: the answers that ${qualifiedName(show.caller)} gets`)
    story.block(describeLoad({ unprotected: before.load, protected: load }))
  }
  const { failed } = show
  for (const sentence of failed) story.item(`note: ${sentence}`)
  const cells = [...before.cells, ...after.cells]
  return {
    mode,
    enforcedBy: 'nftables',
    ...(show.model !== undefined && { model: show.model }),
    pods: pods.length,
    proof: claimsOf(scene.proofs),
    cells,
    summary: summarise(cells),
    streams: after.streams,
    takeHold: after.takeHold,
    ...(before.load && load && { load: { unprotected: before.load, protected: load } }),
    timings: stopwatch.timings,
    remarks: [...scene.remarks, ...failed],
  }
}
