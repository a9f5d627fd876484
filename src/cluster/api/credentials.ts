// Who we are to the server, asked anew for each request: tokens of files and plugins change while a command runs.
import { X509Certificate } from 'node:crypto'
import { Agent as HttpAgent } from 'node:http'
import { Agent, type AgentOptions, type RequestOptions } from 'node:https'
import { type Access, type ClusterChoice, loadAccess } from './kube-config.ts'
import { KubeError } from './kube-error.ts'

/** An exec plugin that takes longer waits for somebody who is not there. Milliseconds. */
const PLUGIN_TIME = 60_000

export class Credentials {
  readonly #choice: ClusterChoice
  #access: Access
  #agent: HttpAgent | undefined

  private constructor(choice: ClusterChoice, access: Access) {
    this.#choice = choice
    this.#access = access
  }

  static async of(choice: ClusterChoice): Promise<Credentials> {
    return new Credentials(choice, await loadAccess(choice))
  }

  get access(): Access {
    return this.#access
  }

  /** Certificates, headers and agent of a request to the server. */
  async options(): Promise<RequestOptions> {
    const options: RequestOptions = { headers: {} }
    const { config, server } = this.#access
    try {
      await within(PLUGIN_TIME, config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]))
    } catch (cause) {
      throw this.#cannotAuthenticate(cause)
    }
    if (config.getCurrentCluster()?.proxyUrl) return options
    // One agent that keeps connections: a handshake for each of many small requests costs more than the requests.
    this.#agent ??= server.startsWith('http:')
      ? new HttpAgent({ keepAlive: true })
      : new Agent({ keepAlive: true, ...tlsOf(options) })
    return { ...options, agent: this.#agent }
  }

  /** After a 401: reads the files and asks the plugin again. */
  async renew(): Promise<void> {
    this.close()
    this.#access = await loadAccess(this.#choice)
  }

  /** Why a 401 came, where that can be seen from here. */
  async expiry(): Promise<KubeError | undefined> {
    const { cert, headers } = await this.options()
    const at = certificateEnd(cert) ?? tokenEnd(headers as Readonly<Record<string, string>> | undefined)
    if (at === undefined || at.getTime() > Date.now()) return undefined
    const user = this.#access.config.getCurrentUser()?.name ?? ''
    return new KubeError(
      {
        severity: 'error',
        code: 'credentials-expired',
        message: `the credentials of \`${user}\` expired at ${at.toISOString()}`,
        help: 'log in to the cluster again, or choose another user with --context',
      },
      { status: 401 },
    )
  }

  close(): void {
    this.#agent?.destroy()
    this.#agent = undefined
  }

  #cannotAuthenticate(cause: unknown): KubeError {
    const words = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n').slice(-1)[0] ?? ''
    const user = this.#access.config.getCurrentUser()
    const plugin = user?.exec as { readonly command?: string } | undefined
    if (plugin) {
      return new KubeError(
        {
          severity: 'error',
          code: 'exec-plugin-failed',
          message: `the credential plugin \`${plugin.command ?? ''}\` of \`${user?.name ?? ''}\` failed: ${words}`,
          help: 'run it by hand, or run any kubectl command, and do what it asks',
        },
        { cause },
      )
    }
    return new KubeError(
      {
        severity: 'error',
        code: 'kubeconfig-invalid',
        message: `the credentials of \`${user?.name ?? ''}\` cannot be used: ${words}`,
        help: 'check the certificate, key and token that the kubeconfig names',
      },
      { cause },
    )
  }
}

/** The part of the options that a connection is made with; absent fields stay absent. */
function tlsOf({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }: RequestOptions): AgentOptions {
  const all = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null))
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function certificateEnd(cert: RequestOptions['cert']): Date | undefined {
  if (typeof cert !== 'string' && !Buffer.isBuffer(cert)) return undefined
  try {
    return new Date(new X509Certificate(cert).validTo)
  } catch {
    return undefined
  }
}

/** `exp` of a bearer token that is a JWT; it is not verified, only read. */
function tokenEnd(headers: Readonly<Record<string, string>> | undefined): Date | undefined {
  const payload = headers?.['Authorization']?.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly exp?: unknown }
    return typeof exp === 'number' ? new Date(exp * 1000) : undefined
  } catch {
    return undefined
  }
}
