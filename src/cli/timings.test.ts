// Times of phases add up, also those of promises, and what fails counts too.
import { describe, expect, it } from 'vitest'
import { startTimings, timed, timingLines } from './timings.ts'

const phases = () => timingLines().map((line) => line.split(/\s+/)[0])

describe('a phase', () => {
  it('is listed once times are asked for and it took place, in the order of the phases, before what is in none of them', async () => {
    expect(phases()).toEqual(['timings,', 'other', 'total'])
    expect(timed('render', () => 0)).toBe(0)
    expect(phases()).toEqual(['timings,', 'other', 'total'])
    startTimings()
    expect(timed('render', () => 1)).toBe(1)
    expect(() =>
      timed('read', () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    const slow = timed('classes', () => Promise.resolve(2))
    expect(phases()).toEqual(['timings,', 'read', 'render', 'other', 'total'])
    await expect(slow).resolves.toBe(2)
    expect(phases()).toEqual(['timings,', 'read', 'classes', 'render', 'other', 'total'])
    timed('read', () => 3)
    expect(phases()).toHaveLength(6)
  })
})
