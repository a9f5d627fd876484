// From the paths of the command line to a scene, again and again while files change.
import type { Diagnostic } from '../../diag/diagnostic.ts'
import { type InputOptions, loadInput } from '../load.ts'
import { type Scene, sceneOf } from './scene.ts'

/** Ports that the policies name, probed on every destination, at most. */
const POLICY_PORTS = 8

export interface InputAnswer {
  /** Absent when the input cannot be used: the diagnostics say why. */
  readonly scene?: Scene
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads, parses, renders and proves; `maxCells` bounds the truth table of each phase. */
export function readScene(
  paths: readonly string[],
  { maxCells, ...input }: InputOptions & { readonly maxCells: number },
): InputAnswer {
  const { inForce, diagnostics, usable } = loadInput(paths, { ...input, filename: [] })
  if (!usable) return { diagnostics }
  return { scene: sceneOf(inForce, { attempts: maxCells, policyPorts: POLICY_PORTS }), diagnostics }
}
