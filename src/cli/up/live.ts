// The live view: what the kernel does as it happens, and what changes when the user saves a file.
import { type Cell, changedCells, summarise } from '../../analysis/truth-table.ts'
import { printable } from '../../diag/printable.ts'
import { outputClosed, printDiagnostics } from '../output.ts'
import { describeEvent, feed } from './event-feed.ts'
import { readScene } from './input.ts'
import type { Stage } from './play.ts'
import { describeProofsBriefly } from './proof-report.ts'
import type { Scene } from './scene.ts'
import { describeTable, number } from './story.ts'
import { probeTable } from './table.ts'
import { canReadAgain, watchFiles } from './watch-files.ts'
import { directory } from './who.ts'

export interface LiveStart {
  readonly scene: Scene
  readonly paths: readonly string[]
  readonly cells: readonly Cell[]
  readonly ended: AbortSignal
}

const COLOURS = { allow: 'green', DENY: 'red', CUT: 'red', SPOOF: 'magenta' } as const
const FLUSH_MS = 5_000
const SHOWN_CHANGES = 12

/** Local time of day, `14:03:59`. */
function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}

/** Runs until the user ends it or the reader of stdout goes away. */
export async function liveView(stage: Stage, start: LiveStart): Promise<void> {
  const { story, tap, rules, sandbox } = stage
  const { paths, ended } = start
  // What came through a pipe is gone, and a revision does not change: the input as a whole cannot be read again.
  const files = paths.every(canReadAgain) ? paths : []
  const invitation =
    files.length > 0 ? `edit ${files.map(printable).join(', ')} and save` : 'the input cannot be read again'
  story.heading(`LIVE: ${invitation}; Ctrl-C ends`)
  let nameOf = directory(sandbox.topology.snapshot.pods)
  const events = feed(
    (event) => {
      const meaning = rules.meaning(event)
      return meaning && describeEvent(event, meaning, nameOf)
    },
    (entry, repeated) => {
      if (!entry) return story.item(`${clock()} ${repeated}`)
      story.item(
        `${clock()} ${story.paint(COLOURS[entry.verdict], entry.verdict.padEnd(5))} ${entry.connection} ${repeated}`,
      )
      if (repeated === '') story.item(`${' '.repeat(15)}${entry.by}`)
    },
  )
  tap.onLoss = ({ count }) => story.item(`${clock()} ${number(count)} events came too fast to be read`)
  const stopListening = tap.listen((event) => events.take(event))
  const timer = setInterval(() => events.flush(), FLUSH_MS)

  let cells = start.cells.filter(({ phase }) => phase === 'moat')
  let again = Promise.resolve()
  const reload = async (): Promise<void> => {
    const { scene, diagnostics } = readScene(paths, { ...stage.options, inputs: false })
    printDiagnostics(diagnostics)
    if (!scene) {
      story.line('unchanged', 'the input cannot be used; the rules in force stay')
      return
    }
    story.heading('CHANGED: rendered, proven and put in force again')
    for (const remark of scene.remarks.filter((one) => !start.scene.remarks.includes(one)))
      story.item(`note: ${remark}`)
    await sandbox.update(scene.topology)
    nameOf = directory(scene.topology.snapshot.pods)
    const commit = await rules.enforce(scene.guarded.snapshot)
    story.block(describeProofsBriefly(scene.proofs, story.width))
    story.line('rules', `in force after ${(commit.endMs - commit.startMs).toFixed(1)} ms`)
    const after = await probeTable(sandbox, {
      engine: scene.guarded.engine,
      phase: 'moat',
      attempts: scene.plan.attempts,
    })
    story.line('truth table', describeTable(after, summarise(after)))
    const changes = changedCells(cells, after)
    for (const cell of changes.slice(0, SHOWN_CHANGES)) {
      const { source, destination, protocol, port, family, observed } = cell
      story.item(`now ${observed}: ${source} → ${destination} ${protocol.toLowerCase()}/${port} IPv${family}`)
    }
    if (changes.length > SHOWN_CHANGES) story.item(`and ${number(changes.length - SHOWN_CHANGES)} more cells`)
    if (changes.length === 0) story.item('no cell changed')
    cells = after
  }
  const watcher = watchFiles(files, () => {
    again = again.then(reload)
  })
  await new Promise<void>((resolve) => {
    for (const signal of [ended, outputClosed]) {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    }
  })
  watcher.close()
  clearInterval(timer)
  stopListening()
  await again
}
