// Percentiles, rates and failures of many calls.
import { describe, expect, it } from 'vitest'
import { CallFailure } from './client.ts'
import { LoadCounts, percentile } from './load-counts.ts'

const measured = (totalMs: number, completionTokens: number) => ({
  totalMs,
  completionTokens,
  firstTokenMs: totalMs / 10,
  promptTokens: 3,
})

describe('a percentile', () => {
  it('is the smallest value that the share does not exceed', () => {
    const values = [50, 10, 20, 40, 30]
    expect([0.5, 0.95, 0.2, 1, 0].map((share) => percentile(values, share))).toEqual([30, 50, 10, 50, 10])
    expect(percentile([], 0.5)).toBe(0)
  })
})

describe('the counts of a load', () => {
  it('summarise times and tokens', () => {
    const counts = new LoadCounts()
    for (const ms of [100, 200, 700]) counts.answer(measured(ms, 10))
    expect(counts.summary()).toEqual({
      answered: 3,
      tokens: 30,
      p50Ms: 200,
      p95Ms: 700,
      firstTokenP50Ms: 20,
      tokensPerSecond: 30,
    })
    expect(new LoadCounts().summary()).toMatchObject({ p50Ms: 0, tokensPerSecond: 0 })
  })

  it('tell failures apart, and do not swallow a mistake of ours', () => {
    const counts = new LoadCounts()
    counts.failure(new CallFailure('reset', 'broke'))
    counts.failure(new CallFailure('reset', 'broke'))
    counts.failure(new CallFailure('refused', 'full', 503))
    expect(counts.failures).toMatchObject({ reset: 2, refused: 1, silent: 0 })
    expect(counts.failed).toBe(3)
    expect(() => counts.failure(new TypeError('a bug'))).toThrow('a bug')
  })
})
