// What `moat map` does: read, ask the engine once about everything, keep what is asked for, draw.
import { filterMap } from '../../analysis/map/filter.ts'
import { mapOf, withExposure } from '../../analysis/map/map.ts'
import { createEngine } from '../../engine/engine.ts'
import { PROFILES } from '../../engine/profile.ts'
import { CLEAN, type ExitCode, UNUSABLE } from '../exit-code.ts'
import { loadInput } from '../load.ts'
import { printData, printDiagnostics } from '../output.ts'
import { draw } from './draw.ts'
import { timed } from '../timings.ts'
import type { MapOptions } from './options.ts'
import { filterOf } from './whom.ts'

export async function map(args: readonly string[], options: MapOptions): Promise<ExitCode> {
  const { inForce, diagnostics, usable } = loadInput(args, options)
  printDiagnostics(diagnostics)
  if (!usable) return UNUSABLE
  const { snapshot } = inForce
  const engine = timed('classes', () => createEngine(snapshot, PROFILES[options.profile]))
  const whole = timed('reachability', () => mapOf(engine, snapshot))
  const { filter, diagnostics: unknown } = filterOf(whole, options)
  if (unknown.length > 0) {
    printDiagnostics(unknown)
    return UNUSABLE
  }
  const part = filterMap(whole, filter)
  const shown = options.exposure ? timed('reachability', () => withExposure(part, snapshot)) : part
  printData(await timed('render', () => draw(shown, options)))
  return CLEAN
}
