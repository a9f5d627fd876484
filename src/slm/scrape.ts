// What a Prometheus does to a model server: reads its metrics again and again, and reports what it got.
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { now, type Report } from './load-modes.ts'

export interface Scrape {
  readonly server: URL
  readonly everyMs: number
  /** A scrape that takes longer has failed. */
  readonly timeoutMs: number
}

/** How many samples one scrape got; rejects with why it got none. */
function samples(server: URL, timeoutMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(
      new URL('/metrics', server),
      { agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece: string) => (text += piece))
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text.split('\n').filter((line) => /^[a-z]/i.test(line)).length)
          else reject(new Error(`status ${response.statusCode}`))
        })
        response.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end()
  })
}

/** Scrapes until the signal: for each attempt, with the time that it began, `scraped` with the number of samples, or `unanswered` with the reason. */
export async function scrape(
  { server, everyMs, timeoutMs }: Scrape,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const beganMs = now()
    try {
      report({ event: 'scraped', beganMs, atMs: now(), samples: await samples(server, timeoutMs) })
    } catch (error) {
      report({ event: 'unanswered', beganMs, atMs: now(), reason: (error as Error).message })
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
}
