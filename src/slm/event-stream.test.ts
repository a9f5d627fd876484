// Server-sent events towards clients that read, drop, and do neither.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { eventStream } from './event-stream.ts'

afterEach(() => vi.useRealTimers())

async function* numbers(most: number): AsyncGenerator<string, void> {
  for (let i = 1; i <= most; i++) yield String(i)
}

function streamOf(data: AsyncGenerator<string, void>) {
  let abandoned = 0
  const response = eventStream({ data, abandon: () => abandoned++, failure: (error) => `failed: ${String(error)}` })
  return { response, abandoned: () => abandoned }
}

describe('a stream of events', () => {
  it('is what the generator gives, and is not abandoned at its end', async () => {
    const { response, abandoned } = streamOf(numbers(2))
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(await response.text()).toBe('data: 1\n\ndata: 2\n\n')
    expect(abandoned()).toBe(0)
  })

  it('is made only as fast as it is read', async () => {
    let made = 0
    async function* counted() {
      for await (const number of numbers(1000)) {
        made++
        yield number
      }
    }
    const reader = (streamOf(counted()).response.body as ReadableStream).getReader()
    await reader.read()
    expect(made).toBeLessThan(5)
  })

  it('ends its generator when the reader drops', async () => {
    let ended = false
    async function* endless() {
      try {
        yield* numbers(Infinity)
      } finally {
        ended = true
      }
    }
    const { response, abandoned } = streamOf(endless())
    const reader = (response.body as ReadableStream).getReader()
    await reader.read()
    await reader.cancel()
    expect([ended, abandoned()]).toEqual([true, 1])
  })

  it('is abandoned when nobody reads for a minute', async () => {
    vi.useFakeTimers()
    const { response, abandoned } = streamOf(numbers(1000))
    const reader = (response.body as ReadableStream).getReader()
    await reader.read()
    await vi.advanceTimersByTimeAsync(59_000)
    expect(abandoned()).toBe(0)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(abandoned()).toBe(1)
    await expect(reader.closed).rejects.toThrow('the client takes nothing')
  })

  it('tells the reader when making it fails half-way', async () => {
    async function* failing() {
      yield '1'
      throw new Error('broken')
    }
    expect(await streamOf(failing()).response.text()).toBe('data: 1\n\ndata: failed: Error: broken\n\n')
  })
})
