// A headless Chromium, driven over its debugging protocol with what Node has: for pages that people open as a file.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missing } from './skip.ts'

/** Why no page can be opened here, or `undefined`. */
export function noBrowser(): string | undefined {
  return missing('chromium')
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** One page; `close` ends the browser and removes what it wrote. */
export interface Page {
  /** The value of an expression in the page, which must be data. */
  readonly value: (expression: string) => Promise<unknown>
  /** Addresses that the page asked for, its own included. */
  readonly requests: readonly string[]
  /** Uncaught errors, and what the page wrote as an error. */
  readonly errors: readonly string[]
  readonly close: () => Promise<void>
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
]

function endpointOf(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    browser.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1]
      if (found) resolve(found)
    })
    browser.once('exit', (code) => reject(new Error(`chromium ended with ${code}: ${said.slice(0, 500)}`)))
  })
}

/** Opens an address and waits until it is loaded. */
export async function openPage(url: string, size: { width: number; height: number }): Promise<Page> {
  const folder = mkdtempSync(join(tmpdir(), 'moat-browser-'))
  const browser = spawn(
    'chromium',
    [...FLAGS, `--user-data-dir=${folder}`, `--window-size=${size.width},${size.height}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const ended = new Promise<void>((resolve) => browser.once('exit', () => resolve()))
  const close = async (): Promise<void> => {
    browser.kill()
    await ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    return await pageOf(browser, url, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function pageOf(browser: ChildProcess, url: string, close: () => Promise<void>): Promise<Page> {
  const socket = new WebSocket(await endpointOf(browser))
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the browser cannot be reached')))
  })
  const waiting = new Map<number, (message: Message) => void>()
  const requests: string[] = []
  const errors: string[] = []
  let loaded = (): void => undefined
  const isLoaded = new Promise<void>((resolve) => (loaded = resolve))
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    if (message.method === 'Page.loadEventFired') loaded()
    if (message.method === 'Network.requestWillBeSent') {
      requests.push((message.params as { request: { url: string } }).request.url)
    }
    if (message.method === 'Runtime.exceptionThrown' || message.method === 'Log.entryAdded') {
      errors.push(JSON.stringify(message.params))
    }
  })
  let last = 0
  const ask = (method: string, params: object, sessionId?: string): Promise<Message> =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, (message) => {
        if (message.error) reject(new Error(`${method}: ${message.error.message}`))
        else resolve(message)
      })
      socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }))
    })
  const { result: target } = await ask('Target.createTarget', { url: 'about:blank' })
  const { targetId } = target as { targetId: string }
  const { result: attached } = await ask('Target.attachToTarget', { targetId, flatten: true })
  const { sessionId } = attached as { sessionId: string }
  for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await ask(`${domain}.enable`, {}, sessionId)
  await ask('Page.navigate', { url }, sessionId)
  await isLoaded
  return {
    requests,
    errors,
    value: async (expression) => {
      const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true }, sessionId)
      const { result: value, exceptionDetails } = result as { result: { value?: unknown }; exceptionDetails?: unknown }
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return value.value
    },
    close: async () => {
      socket.close()
      await close()
    },
  }
}
