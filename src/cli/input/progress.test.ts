// Progress is for terminals, late and wiped away.
import { describe, expect, it } from 'vitest'
import { startProgress } from './progress.ts'

function terminal(isTTY: boolean) {
  const written: string[] = []
  const clock = { now: 0 }
  const stream = { isTTY, columns: 30, write: (text: string) => written.push(text) > 0 }
  return { written, clock, progress: startProgress(stream, () => clock.now) }
}

describe('progress', () => {
  it('is never written to a pipe', () => {
    const { written, clock, progress } = terminal(false)
    clock.now = 10_000
    progress.tell('reading')
    progress.end()
    expect(written).toEqual([])
  })

  it('comes after half a second, seldom, in one line that is wiped away', () => {
    const { written, clock, progress } = terminal(true)
    progress.tell('early')
    clock.now = 600
    progress.tell('reading \u001b[31m a very long name of a file')
    clock.now = 650
    progress.tell('too soon')
    progress.end()
    expect(written).toEqual(['\rreading \\u{1b}[31m a very lon\u001b[K', '\r\u001b[K'])
  })

  it('that was never shown wipes nothing away', () => {
    const { written, progress } = terminal(true)
    progress.end()
    expect(written).toEqual([])
  })
})
