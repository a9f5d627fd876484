// The model and those who call it, in one sandbox: started, measured, and kept busy while the rules change.
import { type Pod, qualifiedName } from '../../policy/snapshot.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { COMMAND_ANNOTATION } from '../../sandbox/workload.ts'
import { Actor, type Message } from './actors.ts'
import type { Part } from './cast.ts'
import { OwnPrograms } from './own-programs.ts'
import { apiPort, modelUrl } from './model-url.ts'
import type { Load } from './report.ts'
import { number } from './story.ts'
import type { HeldStream } from './streams.ts'

const QUESTION = 'What is a moat?'
const REQUESTS = 20
const ANSWER_TOKENS = 16
const HAMMERS = 4
/** Tokens a second that a held stream asks for: a cut shows at the next one, and a large model has few to give. */
const STREAM_RATE = { small: 50, large: 10 }
const LARGE_PARAMETERS = 20e6
/** The model goes on for a reader that was cut, since silence tells it nothing: so long at most. */
const STREAM_SECONDS = 90
/** The first choice for a reader's own port: nothing else in its pod may use it, so that it names the flow. */
const STREAM_PORT = 61_001

function streamPort(pod: Pod): number {
  const taken = new Set(pod.ports.map(({ port }) => port))
  let port = STREAM_PORT
  while (taken.has(port)) port++
  return port
}
/** How long a stranger waits for a connection or for more of an answer; what a policy drops would wait for minutes. */
const CONNECT_MS = 1_000
/** A slow model is measured for about so long, with fewer answers. */
const ENOUGH_MS = 4_000

/** What to show: whom each Moat casts, and the weights that the user named. */
export interface Programme {
  readonly parts: readonly Part[]
  readonly weights: string | undefined
}

export class Demonstration {
  readonly #sandbox: Sandbox
  readonly #programme: Programme
  /** The first Moat that selects a pod: its caller and stranger play. */
  readonly #part: Part | undefined
  #own: OwnPrograms | undefined
  #ready: Message | undefined
  #stranger: Actor | undefined
  #scraper: Actor | undefined
  #said = ''

  constructor(sandbox: Sandbox, programme: Programme) {
    this.#sandbox = sandbox
    this.#programme = programme
    this.#part = programme.parts.find(({ models }) => models.length > 0)
  }

  /** The pod that may call the model, where there is one. */
  get caller(): Pod | undefined {
    return this.#part?.caller
  }

  get stranger(): Pod | undefined {
    return this.#part?.stranger
  }

  /** One sentence for each program of the user's that has failed so far. */
  get failed(): readonly string[] {
    return this.#own?.failed ?? []
  }

  /** The language model's name as it calls itself; `undefined` when no pod runs one. */
  get model(): string | undefined {
    return this.#ready && String(this.#ready['model'])
  }

  get #parameters(): number {
    return Number(this.#ready?.['parameters'])
  }

  get #url(): string {
    const { moat, models } = this.#part as Part
    const model = models[0] as Pod
    const { snapshot } = this.#sandbox.topology
    return modelUrl(snapshot, model, apiPort(moat, snapshot, model))
  }

  /** Starts the models, the users' own programs, the feature API and the scraper; resolves when all of them are at work. */
  async start(): Promise<void> {
    this.#own = await OwnPrograms.start(this.#sandbox)
    const servers = await Promise.all(
      this.#programme.parts.flatMap((part) => part.models.map((pod) => this.#serve(part, pod))),
    )
    const api = this.#part?.caller && (await this.#startFeatureApi(this.#part.caller))
    const ready = await Promise.all(servers.map((server) => server.saw('ready')))
    this.#ready = ready[0]
    const scraper = this.#part?.scraper
    await Promise.all([api && this.#ask(api), scraper && this.#startScraping(scraper)])
  }

  /** The stranger begins to drain the model. */
  async drain(): Promise<void> {
    if (this.#part?.stranger) await this.#startHammering(this.#part.stranger)
  }

  #serve({ moat }: Part, pod: Pod): Promise<Actor> {
    const { weights } = this.#programme
    const port = apiPort(moat, this.#sandbox.topology.snapshot, pod)
    const args = ['--port', `${port}`, ...(weights === undefined ? [] : ['--model', weights])]
    return Actor.start(this.#sandbox, pod, { name: 'main', args })
  }

  /** The feature API is a service of its own; `undefined` where the pod runs its user's program. */
  async #startFeatureApi(pod: Pod): Promise<Actor | undefined> {
    if (pod.annotations.has(COMMAND_ANNOTATION)) return undefined
    const port = pod.ports.find(({ protocol }) => protocol === 'TCP')?.port ?? 3000
    const args = ['--slm', this.#url, '--port', `${port}`]
    return Actor.start(this.#sandbox, pod, { name: 'feature-api', args })
  }

  /** The first user of the feature API asks it one question. */
  async #ask(api: Actor): Promise<void> {
    const { port } = await api.saw('ready')
    const args = ['ask', '--url', `http://127.0.0.1:${port}`, '--question', QUESTION]
    const asking = await Actor.start(this.#sandbox, api.pod, { name: 'load', args })
    this.#said = String((await asking.saw('answer', 'failed'))['text'] ?? '')
      .replaceAll(/\s+/g, ' ')
      .trim()
  }

  async #startHammering(pod: Pod): Promise<void> {
    if (pod.annotations.has(COMMAND_ANNOTATION)) return
    const bounds = [
      '--concurrency',
      `${HAMMERS}`,
      '--max-tokens',
      '32',
      '--every-ms',
      '100',
      '--connect-ms',
      `${CONNECT_MS}`,
      '--silence-ms',
      `${CONNECT_MS}`,
    ]
    this.#stranger = await Actor.start(this.#sandbox, pod, {
      name: 'load',
      args: ['hammer', '--url', this.#url, ...bounds],
    })
    await this.#stranger.saw('counts')
  }

  async #startScraping(pod: Pod): Promise<void> {
    if (pod.annotations.has(COMMAND_ANNOTATION)) return
    const args = ['scrape', '--url', this.#url, '--every-ms', '500', '--connect-ms', `${CONNECT_MS}`]
    this.#scraper = await Actor.start(this.#sandbox, pod, { name: 'load', args })
    await this.#scraper.saw('scraped', 'unanswered')
  }

  /** Who is there and what they do, name and sentence. */
  introductions(): (readonly [string, string])[] {
    if (!this.#part || !this.#ready)
      return [['no model', 'no pod is selected by a Moat, so no pod runs a language model']]
    const { models, caller } = this.#part
    const parameters = this.#parameters
    const size = parameters >= 1e7 ? `${Math.round(parameters / 1e6)} M` : `${(parameters / 1e6).toFixed(2)} M`
    return [
      ...models.map(
        (pod) =>
          [
            qualifiedName(pod),
            `serves ${this.model} (${String(this.#ready?.['source'])}, ${size} parameters)`,
          ] as const,
      ),
      ...(caller && this.#said !== ''
        ? [[qualifiedName(caller), `asks “${QUESTION}” and streams “${this.#said}”`] as const]
        : []),
    ]
  }

  /** What the scraper got last, in an attempt that began after `sinceMs` (since 1970); `undefined` where nobody scrapes. */
  async scraped(sinceMs: number): Promise<readonly [string, string] | undefined> {
    if (!this.#scraper) return undefined
    const isNew = (message: Message | undefined): boolean => Number(message?.['beganMs'] ?? 0) >= sinceMs
    let last = this.#scraper.last('scraped', 'unanswered')
    while (!last || !isNew(last)) last = await this.#scraper.next('scraped', 'unanswered')
    const got = last['event'] === 'scraped' ? `${last['samples']} samples` : 'NO ANSWER'
    return [qualifiedName(this.#scraper.pod), `scrapes /metrics: ${got}`]
  }

  /** `1,234 answers`, since the stranger began; `undefined` where nobody plays the stranger. */
  drained(): string | undefined {
    const counts = this.#stranger?.last('counts')
    return counts && `${number(Number(counts['answered']))} answers`
  }

  /** Opens one long answer for each reader and waits until its text comes. */
  async holdStreams(): Promise<HeldStream[]> {
    if (!this.#part) return []
    const { models, caller, stranger } = this.#part
    const url = this.#url
    const rate = this.#parameters >= LARGE_PARAMETERS ? STREAM_RATE.large : STREAM_RATE.small
    return Promise.all(
      [stranger, caller]
        .flatMap((pod) => pod ?? [])
        .map(async (pod) => {
          const localPort = streamPort(pod)
          const args = [
            'hold',
            '--url',
            url,
            '--rate',
            `${rate}`,
            '--max-tokens',
            `${rate * STREAM_SECONDS}`,
            '--local-port',
            `${localPort}`,
          ]
          const actor = await Actor.start(this.#sandbox, pod, { name: 'load', args })
          await actor.saw('open')
          return { actor, model: models[0] as Pod, localPort }
        }),
    )
  }

  /** What the caller's users wait for: answers one after another, from within its pod. */
  async measure(): Promise<Load | undefined> {
    if (!this.#part?.caller) return undefined
    const args = [
      'measure',
      '--url',
      this.#url,
      '--requests',
      `${REQUESTS}`,
      '--max-tokens',
      `${ANSWER_TOKENS}`,
      '--enough-ms',
      `${ENOUGH_MS}`,
    ]
    const actor = await Actor.start(this.#sandbox, this.#part.caller, { name: 'load', args })
    const measured = await actor.saw('measured')
    await actor.process.exited
    const [requests, p50Ms, p95Ms, tokensPerSecond] = ['requests', 'p50Ms', 'p95Ms', 'tokensPerSecond'].map((key) =>
      Number(measured[key]),
    )
    return { requests, p50Ms, p95Ms, tokensPerSecond } as Load
  }
}
