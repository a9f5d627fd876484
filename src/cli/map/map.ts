// What `moat map` does: read, ask the engine once about everything, keep what is asked for, draw.
import { filterMap } from '../../analysis/map/filter.ts'
import { mapOf, withExposure } from '../../analysis/map/map.ts'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { createEngine } from '../../engine/engine.ts'
import { PROFILES } from '../../engine/profile.ts'
import { CLEAN, type ExitCode, UNUSABLE } from '../exit-code.ts'
import { loadInput } from '../load.ts'
import { printData, printDiagnostics } from '../output.ts'
import { draw } from './draw.ts'
import { timed } from '../timings.ts'
import type { MapOptions } from './options.ts'
import { filterOf } from './whom.ts'

/** Not an error: a folder of policies alone may be asked about. An empty map must not look like a closed cluster. */
const NO_PODS: Diagnostic = {
  severity: 'warning',
  code: 'no-pods',
  message: 'the input has no pod and no workload: there is nobody to map',
  help: 'name the manifests of the workloads too: `moat map -f policies/ -f workloads/`',
}

export async function map(args: readonly string[], options: MapOptions): Promise<ExitCode> {
  const { inForce, diagnostics, usable } = loadInput(args, options)
  const { snapshot } = inForce
  const empty = usable && snapshot.pods.length + snapshot.workloads.length === 0
  printDiagnostics([...diagnostics, ...(empty ? [NO_PODS] : [])])
  if (!usable) return UNUSABLE
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
