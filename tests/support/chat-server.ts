// A server that answers chat completions as a test says: piece by piece, or not at all.
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ChatServer {
  readonly url: URL
  /** The body of each request. */
  readonly asked: readonly Readonly<Record<string, unknown>>[]
  readonly close: () => Promise<void>
}

/** One piece of text as an event of a chat completion. */
export function delta(content: string): string {
  return `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
}

/** What ends an answer of so many tokens. */
export function ending(tokens: number): string {
  return `data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":${tokens}}}\n\ndata: [DONE]\n\n`
}

/** `answer` writes to the response; its head with status 200 has been written. */
export async function chatServer(answer: (response: ServerResponse, number: number) => void): Promise<ChatServer> {
  const asked: Readonly<Record<string, unknown>>[] = []
  const server: Server = createServer((request, response) => {
    let text = ''
    request.on('data', (data: Buffer) => (text += data.toString()))
    request.on('end', () => {
      asked.push(JSON.parse(text) as Readonly<Record<string, unknown>>)
      answer(response, asked.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), asked, close }
}
