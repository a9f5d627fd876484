// Counters of the server, printed as Prometheus reads them; the first names are those of llama.cpp's own server.
import type { Outcome } from './language-model.ts'

/** What happened to a request that asked for text. */
export type Ending = 'answered' | 'dropped' | 'refused' | 'failed'

export interface Gauges {
  readonly model: string
  readonly busy: number
  readonly waiting: number
  readonly slots: number
  readonly contextSize: number
}

export class Metrics {
  #promptTokens = 0
  #promptSeconds = 0
  #predictedTokens = 0
  #predictedSeconds = 0
  readonly #endings: Record<Ending, number> = { answered: 0, dropped: 0, refused: 0, failed: 0 }

  generated(outcome: Outcome): void {
    this.#promptTokens += outcome.promptTokens
    this.#promptSeconds += outcome.promptMs / 1000
    this.#predictedTokens += outcome.completionTokens
    this.#predictedSeconds += outcome.predictedMs / 1000
  }

  ended(ending: Ending): void {
    this.#endings[ending]++
  }

  /** The text of `/metrics`. */
  print(gauges: Gauges): string {
    const rate = (count: number, seconds: number) => (seconds > 0 ? count / seconds : 0)
    const lines = [
      ...counter('llamacpp:prompt_tokens_total', 'Prompt tokens processed', this.#promptTokens),
      ...counter('llamacpp:prompt_seconds_total', 'Seconds from a slot to the first token', this.#promptSeconds),
      ...counter('llamacpp:tokens_predicted_total', 'Tokens generated', this.#predictedTokens),
      ...counter('llamacpp:tokens_predicted_seconds_total', 'Seconds spent generating', this.#predictedSeconds),
      ...gauge(
        'llamacpp:predicted_tokens_seconds',
        'Tokens generated in a second, on average',
        rate(this.#predictedTokens, this.#predictedSeconds),
      ),
      ...gauge('llamacpp:requests_processing', 'Requests that hold a slot', gauges.busy),
      ...gauge('llamacpp:requests_deferred', 'Requests that wait for a slot', gauges.waiting),
      ...gauge('moat_slm_slots', 'Requests that can run at the same time', gauges.slots),
      ...gauge('moat_slm_context_tokens', 'Tokens of context of one slot', gauges.contextSize),
      '# HELP moat_slm_requests_total Requests for text by how they ended',
      '# TYPE moat_slm_requests_total counter',
      ...Object.entries(this.#endings).map(([ending, count]) => `moat_slm_requests_total{ending="${ending}"} ${count}`),
      '# HELP moat_slm_model_info The model that is served',
      '# TYPE moat_slm_model_info gauge',
      `moat_slm_model_info{model="${escaped(gauges.model)}"} 1`,
    ]
    return `${lines.join('\n')}\n`
  }
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function counter(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, `${name} ${value}`]
}

function gauge(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`]
}
