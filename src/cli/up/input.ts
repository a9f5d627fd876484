// From the paths of the command line to a scene, again and again while files change.
import { type Diagnostic, hasErrors } from '../../diag/diagnostic.ts'
import { parse } from '../../parse/parse.ts'
import { readInput } from '../read-input.ts'
import { type Scene, sceneOf } from './scene.ts'

/** Ports that the policies name, probed on every destination, at most. */
const POLICY_PORTS = 8

export interface InputAnswer {
  /** Absent when the input cannot be used: the diagnostics say why. */
  readonly scene?: Scene
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads, parses, renders and proves; `maxCells` bounds the truth table of each phase. */
export function readScene(paths: readonly string[], maxCells: number): InputAnswer {
  const input = readInput(paths)
  if (hasErrors(input.diagnostics)) return { diagnostics: input.diagnostics }
  const parsed = parse(input.sources)
  const diagnostics = [...input.diagnostics, ...parsed.diagnostics]
  if (hasErrors(diagnostics)) return { diagnostics }
  const answer = sceneOf(parsed.snapshot, { attempts: maxCells, policyPorts: POLICY_PORTS })
  return { ...answer, diagnostics: [...diagnostics, ...answer.diagnostics] }
}
