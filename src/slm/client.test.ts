// Every way that a call can fail, from servers that fail that way.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ask } from './chat-client.ts'
import { CallFailure, type Patience } from './client.ts'

const PATIENCE: Patience = { connectMs: 5_000, answerMs: 5_000, silenceMs: 5_000 }
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
const piece = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const delta = (content: string) => piece(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`)
const USAGE = piece('data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n')
const DONE = piece('data: [DONE]\n\n')

const open: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of open.splice(0)) server.close()
})

/** A server that treats each connection as the test says, once the request has come. */
async function serve(onRequest: (socket: Socket) => void): Promise<URL> {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => onRequest(socket))
  })
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

async function call(server: URL, patience: Partial<Patience> = {}, signal = new AbortController().signal) {
  const texts: string[] = []
  const answer = ask({ server, text: 'hi', maxTokens: 5, patience: { ...PATIENCE, ...patience } }, signal)
  try {
    let result = await answer.next()
    while (!result.done) {
      texts.push(result.value)
      result = await answer.next()
    }
    return { texts, measured: result.value }
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error
    return { texts, kind: error.kind, status: error.status, message: error.message }
  }
}

describe('the streaming client', () => {
  it('gives the texts, the counts and the times of a whole answer', async () => {
    const server = await serve((socket) =>
      socket.end(HEAD + delta('') + delta('a') + delta('b') + USAGE + DONE + piece('')),
    )
    const { texts, measured } = await call(server)
    expect(texts).toEqual(['a', 'b'])
    expect(measured).toMatchObject({ promptTokens: 3, completionTokens: 2 })
    expect(measured?.firstTokenMs).toBeLessThanOrEqual(measured?.totalMs as number)
  })

  it('calls `unreachable` what refuses the connection', async () => {
    const server = await serve(() => {})
    await new Promise((resolve) => (open.pop() as Server).close(resolve))
    expect(await call(server)).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') })
  })

  it('calls `unanswered` a server that takes the request and says nothing', async () => {
    expect(await call(await serve(() => {}), { answerMs: 50 })).toMatchObject({ kind: 'unanswered', texts: [] })
  })

  it('calls `silent` an answer that stops coming', async () => {
    const server = await serve((socket) => socket.write(HEAD + delta('a')))
    expect(await call(server, { silenceMs: 50 })).toMatchObject({ kind: 'silent', texts: ['a'] })
  })

  it('bears a slow answer: only the time between two pieces counts', async () => {
    const server = await serve((socket) => {
      socket.write(HEAD)
      const timer = setInterval(() => socket.write(delta('a')), 700)
      setTimeout(() => {
        clearInterval(timer)
        socket.end(USAGE + DONE + piece(''))
      }, 3_600)
    })
    expect(await call(server, { silenceMs: 2_500 })).toMatchObject({ measured: { completionTokens: 2 } })
  })

  it('calls `reset` an answer that is broken off, by a reset or by an early end', async () => {
    const server = await serve((socket) => socket.write(HEAD + delta('a'), () => socket.resetAndDestroy()))
    expect(await call(server)).toMatchObject({ kind: 'reset' })
    const early = await serve((socket) => socket.end(HEAD + delta('a') + piece('')))
    expect(await call(early)).toMatchObject({ kind: 'reset', texts: ['a'] })
  })

  it('calls `refused` any other status, with the reason of the body', async () => {
    const body = '{"error":{"message":"the line is full"}}'
    const server = await serve((socket) =>
      socket.end(`HTTP/1.1 503 Busy\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`),
    )
    expect(await call(server)).toMatchObject({ kind: 'refused', status: 503, message: 'status 503: the line is full' })
  })

  it('calls `malformed` what is not the protocol', async () => {
    const server = await serve((socket) => socket.end(HEAD + piece('data: {half\n\n') + piece('')))
    expect(await call(server)).toMatchObject({ kind: 'malformed' })
  })

  it('ends its connection when it is told to', async () => {
    const ended = new AbortController()
    let closed: Promise<unknown> = Promise.resolve()
    const server = await serve((socket) => {
      closed = new Promise((resolve) => socket.once('close', resolve))
      socket.write(HEAD + delta('a'), () => ended.abort(new Error('enough')))
    })
    await expect(call(server, {}, ended.signal)).rejects.toThrow('enough')
    await closed
  })
})
