// The prediction without a kernel: said to be one in every form of output.
import { summarise } from '../../analysis/truth-table.ts'
import type { UpOptions } from './options.ts'
import { printData } from '../output.ts'
import { drawMatrix } from './matrix.ts'
import { claimsOf, describeProofs } from './proof-report.ts'
import type { UpReport } from './report.ts'
import type { Scene } from './scene.ts'
import { number, tellTo } from './story.ts'
import { predictTable } from './table.ts'

const WARNING = 'SIMULATED: this is a prediction; no kernel enforced anything'

/** Prints what would be; true when a claim is refuted. */
export function simulate(scene: Scene, options: UpOptions): boolean {
  const { attempts } = scene.plan
  const before = predictTable({ engine: scene.open.engine, phase: 'open', attempts })
  const after = predictTable({ engine: scene.guarded.engine, phase: 'moat', attempts })
  const cells = [...before, ...after]
  const proof = claimsOf(scene.proofs)
  const report: UpReport = {
    mode: 'simulated',
    enforcedBy: 'none',
    pods: scene.topology.pods.length,
    proof,
    cells,
    summary: summarise(cells),
    streams: [],
    timings: {},
    remarks: [WARNING, ...scene.remarks],
  }
  const story = tellTo(options.output === 'json' ? process.stderr : process.stdout)
  story.heading(story.paint('yellow', WARNING))
  for (const remark of scene.remarks) story.item(`note: ${remark}`)
  story.heading('PROOF: over every pod that could exist')
  story.block(describeProofs(scene.proofs, story.width))
  const denied = after.filter(({ predicted }) => predicted === 'Denied').length
  story.heading('PREDICTION')
  story.line(
    'truth table',
    `${number(after.length)} cells: ${number(after.length - denied)} allowed, ${number(denied)} denied`,
  )
  story.block([[], ...drawMatrix(before, after, story.width)])
  if (options.output === 'json') printData(JSON.stringify(report, undefined, 2))
  return proof.some(({ verdict }) => verdict === 'REFUTED')
}
