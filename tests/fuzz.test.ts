// Inputs that once made the reader fail, kept: each of them is read or refused properly from then on.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCounts, faultOf } from './support/fuzz/check.ts'

const folder = join(import.meta.dirname, 'fuzz-inputs')
const names = existsSync(folder) ? readdirSync(folder) : []

describe('an input that fuzzing found', () => {
  it.each(names)('%s is read as it should be', (name) => {
    expect(faultOf(readFileSync(join(folder, name), 'utf8'), createCounts())).toBeUndefined()
  })
})
