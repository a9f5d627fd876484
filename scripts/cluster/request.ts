// One request to an API server with the certificate of a kubeconfig of ours: raw JSON there and back.
import { readFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'

/** A kubeconfig as `pki.ts` writes it. */
interface Config {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ]
  readonly users: readonly [
    { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } },
  ]
}

export interface Answer {
  readonly status: number
  readonly text: string
  /** The text as JSON; throws where it is none. */
  json(): unknown
}

export interface Question {
  readonly body?: unknown
  /** Of a patch: `application/apply-patch+yaml`, `application/merge-patch+json`. */
  readonly type?: string
}

export class ApiClient {
  readonly #url: URL
  readonly #agent: Agent

  constructor(kubeconfig: string) {
    const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as Config
    const [{ cluster }] = clusters
    const [{ user }] = users
    const decoded = (text: string): string => Buffer.from(text, 'base64').toString()
    this.#url = new URL(cluster.server)
    this.#agent = new Agent({
      keepAlive: true,
      ca: decoded(cluster['certificate-authority-data']),
      cert: decoded(user['client-certificate-data']),
      key: decoded(user['client-key-data']),
    })
  }

  /** Rejects where no answer came; an answer of any status is an answer. */
  ask(method: string, path: string, { body, type = 'application/json' }: Question = {}): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(
        new URL(path, this.#url),
        { method, agent: this.#agent, timeout: 30_000, headers: text === undefined ? {} : { 'content-type': type } },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.on('error', reject)
          incoming.on('end', () => {
            const said = Buffer.concat(chunks).toString()
            resolve({ status: incoming.statusCode ?? 0, text: said, json: () => JSON.parse(said) as unknown })
          })
        },
      )
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path} in 30 s`)))
      outgoing.on('error', reject)
      outgoing.end(text)
    })
  }

  /** As `ask`, for what must succeed: throws with the server's words otherwise. */
  async must(method: string, path: string, question?: Question): Promise<unknown> {
    const answer = await this.ask(method, path, question)
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`)
    return answer.json()
  }

  close(): void {
    this.#agent.destroy()
  }
}
