// What `moat map` does: read, ask the engine once about everything, draw.
import { mapOf, type ReachMap } from '../../analysis/map/map.ts'
import { createEngine } from '../../engine/engine.ts'
import { type ProfileName, PROFILES } from '../../engine/profile.ts'
import { mapJson } from '../../render/map/json.ts'
import { listLines } from '../../render/map/list.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, UNUSABLE } from '../exit-code.ts'
import { type InputOptions, loadInput } from '../load.ts'
import { printData, printDiagnostics } from '../output.ts'

export interface MapOptions extends InputOptions {
  readonly output: 'text' | 'json'
  readonly profile: ProfileName
}

function drawn(map: ReachMap, { output }: MapOptions): string {
  switch (output) {
    case 'json':
      return JSON.stringify(mapJson(map), null, 2)
    case 'text':
      return styled(listLines(map, { width: process.stdout.columns ?? 100 }), process.stdout)
  }
}

export function map(args: readonly string[], options: MapOptions): ExitCode {
  const { inForce, diagnostics, usable } = loadInput(args, options)
  printDiagnostics(diagnostics)
  if (!usable) return UNUSABLE
  printData(drawn(mapOf(createEngine(inForce.snapshot, PROFILES[options.profile])), options))
  return CLEAN
}
