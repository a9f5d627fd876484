// The matrix of a run: bounded however many pods there are, and never without what changed.
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../analysis/truth-table.ts'
import { drawMatrix } from './matrix.ts'

function table(phase: Cell['phase'], pods: number, denied: (source: number, destination: number) => boolean): Cell[] {
  const numbers = Array.from({ length: pods }, (_, i) => i)
  return numbers.flatMap((source) =>
    numbers
      .filter((destination) => destination !== source)
      .map((destination) => ({
        phase,
        source: `n/p${source}`,
        destination: `n/p${destination}`,
        address: '10.244.0.1',
        family: 4,
        protocol: 'TCP',
        port: 80,
        predicted: denied(source, destination) ? 'Denied' : 'Allowed',
      })),
  )
}

function drawn(pods: number, denied: (source: number, destination: number) => boolean): string[] {
  const open = table('open', pods, () => false)
  const lines = drawMatrix(open, table('moat', pods, denied), 80)
  return lines.map((line) => line.map(({ text }) => text).join(''))
}

describe('drawMatrix', () => {
  it('shows every pod of a few, and says nothing of others', () => {
    const lines = drawn(20, () => false)
    for (let pod = 0; pod < 20; pod++) expect(lines.join('\n')).toContain(`n/p${pod} `)
    expect(lines.join('\n')).not.toContain('more sources')
  })

  it('shows of very many pods those whose connections change, and says how many are left out', () => {
    const lines = drawn(200, (source, destination) => destination === 199 || source === 198)
    const text = lines.join('\n')
    expect(lines.length).toBeLessThan(150)
    expect(text).toContain('and 170 more sources, 185 more destinations: -o json has every cell')
    expect(text).toMatch(/^from .* p199/m)
    expect(text).toMatch(/^n\/p198 +allow → deny/m)
    expect(text).toContain('allow → deny')
  })
})
