// The options of `moat map`, as commander hands them over.
import type { ProfileName } from '../../engine/profile.ts'
import type { InputOptions } from '../load.ts'
import type { FilterOptions } from './whom.ts'

export const MAP_FORMATS = ['text', 'json', 'csv', 'markdown', 'dot', 'mermaid', 'svg', 'html'] as const

export interface MapOptions extends InputOptions, FilterOptions {
  readonly output: (typeof MAP_FORMATS)[number]
  readonly view: 'list' | 'matrix'
  readonly profile: ProfileName
  readonly exposure: boolean
}
