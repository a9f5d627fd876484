// The load programs against servers that behave as the test says.
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChatServer, chatServer, delta, ending } from '../../tests/support/chat-server.ts'
import { PATIENCE } from './client.ts'
import { hammer, hold, measure } from './load-modes.ts'

interface Line {
  readonly event: string
  readonly [field: string]: unknown
}

const forever = new AbortController().signal
const open: ChatServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

async function serve(answer: (response: ServerResponse, number: number) => void): Promise<ChatServer> {
  const server = await chatServer(answer)
  open.push(server)
  return server
}

function recorded(): { readonly lines: Line[]; readonly report: (line: object) => void } {
  const lines: Line[] = []
  return { lines, report: (line) => void lines.push(line as Line) }
}

const events = (lines: readonly Line[]) => lines.map(({ event }) => event)

describe('a stranger that hammers', () => {
  it('calls until it is told to stop, and counts what happened', async () => {
    const ended = new AbortController()
    const server = await serve((response, number) => {
      if (number % 2 === 0) response.writeHead(503).end('{"error":{"message":"full"}}')
      else response.end(delta('a') + ending(4))
      if (number === 10) setTimeout(() => ended.abort(), 100)
    })
    const { lines, report } = recorded()
    const load = { server: server.url, maxTokens: 4, concurrency: 2, patience: PATIENCE, everyMs: 10 }
    await hammer(load, report, ended.signal)
    const last = lines.at(-1) as Line
    expect(last.event).toBe('end')
    expect(last['answered']).toBeGreaterThanOrEqual(5)
    expect(last['refused']).toBeGreaterThanOrEqual(4)
    expect(last['tokens']).toBe((last['answered'] as number) * 4)
    expect(lines.filter(({ event }) => event === 'counts').length).toBeGreaterThan(0)
  })
})

describe('the measurement', () => {
  it('asks as often as it was told, and reports times, tokens and failures', async () => {
    const server = await serve((response, number) => {
      if (number === 3) response.destroy()
      else response.end(delta('a') + delta('b') + ending(2))
    })
    const { lines, report } = recorded()
    const load = { server: server.url, maxTokens: 2, concurrency: 2, patience: PATIENCE, requests: 6, enoughMs: 60_000 }
    expect(await measure(load, report, forever)).toBe(1)
    expect(lines).toMatchObject([{ event: 'measured', requests: 6, answered: 5, tokens: 10, failed: 1 }])
    expect(lines[0]?.['failures']).toMatchObject({ reset: 1, silent: 0 })
    expect(new Set(server.asked.map(({ seed }) => seed)).size).toBe(6)
  })
})

describe('a measurement of a slow model', () => {
  it('ends early once three calls are over', async () => {
    const server = await serve((response) => response.end(delta('a') + ending(1)))
    const { lines, report } = recorded()
    const load = { server: server.url, maxTokens: 1, concurrency: 1, patience: PATIENCE, requests: 50, enoughMs: 0 }
    await measure(load, report, forever)
    expect(lines).toMatchObject([{ event: 'measured', requests: 3, answered: 3 }])
  })
})

describe('a held stream', () => {
  const held = {
    tokensPerSecond: 50,
    maxTokens: 65_536,
    quietMs: 60_000,
    again: false,
    patience: { ...PATIENCE, silenceMs: 1_500 },
  }

  it('asks for an answer that does not end by itself, at an even rate', async () => {
    const server = await serve((response) => response.end(delta('a') + ending(1)))
    const { lines, report } = recorded()
    await hold({ ...held, server: server.url }, report, forever)
    expect(server.asked).toMatchObject([{ ignore_eos: true, max_tokens: 65_536, tokens_per_second: 50 }])
    expect(events(lines)).toEqual(['opening', 'open', 'chunk', 'ended'])
  })

  it('reports silence, that it goes on, and a cut by silence', async () => {
    let again = () => {}
    const server = await serve((response) => {
      response.write(delta('a'))
      again = () => response.write(delta('b'))
    })
    const { lines, report } = recorded()
    const answered = (line: object) => {
      report(line)
      if (events(lines).filter((event) => event === 'silent').length === 1) again()
      if (events(lines).includes('silent')) again = () => {}
    }
    await hold({ ...held, quietMs: 40, server: server.url }, answered, forever)
    expect(events(lines)).toEqual(['opening', 'open', 'chunk', 'silent', 'resumed', 'chunk', 'silent', 'cut'])
    const [cut, chunk] = [lines.at(-1), lines.at(-3)]
    expect(cut?.['lastAtMs']).toBe(chunk?.['atMs'])
  })

  it('tells a reset from a cut, and a stream that never opened from both', async () => {
    const server = await serve((response, number) => {
      if (number === 1) response.write(delta('a'), () => response.socket?.resetAndDestroy())
      else response.writeHead(503).end()
    })
    const { lines, report } = recorded()
    await hold({ ...held, server: server.url }, report, forever)
    await hold({ ...held, server: server.url }, report, forever)
    expect(events(lines)).toEqual(['opening', 'open', 'chunk', 'reset', 'opening', 'failed'])
  })

  it('opens again when it is told to, until it is told to stop', async () => {
    const ended = new AbortController()
    const server = await serve((response, number) => {
      response.end(delta('a') + ending(1))
      if (number === 2) ended.abort()
    })
    const { lines, report } = recorded()
    await hold({ ...held, server: server.url, again: true }, report, ended.signal)
    expect(server.asked).toHaveLength(2)
    expect(events(lines).filter((event) => event === 'opening')).toHaveLength(2)
  })
})
