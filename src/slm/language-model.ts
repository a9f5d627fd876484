// A loaded model: prompts from messages, and generation on a few slots that share one context, off the main thread.
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GgufModel } from './gguf.ts'
import {
  type LlamaModel,
  type LlamaSequence,
  loadLlama,
  loadTemplate,
  type Template,
  type Token,
} from './llama-binding.ts'
import { Slots } from './slots.ts'
import { StopText, TokenText } from './text-stream.ts'

export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface Sampling {
  /** 0 takes the likeliest token each time. */
  readonly temperature: number
  readonly topP: number
  /** 0 means all tokens. */
  readonly topK: number
  readonly minP: number
  /** 0 to 2³²−1; the same seed gives the same text. */
  readonly seed: number
}

export interface Generation {
  readonly prompt: readonly Token[]
  readonly maxTokens: number
  readonly sampling: Sampling
  readonly stop: readonly string[]
  /** Goes on where the model would end, or where its context is full, by asking again with the next seed. */
  readonly ignoreEos: boolean
  /** Holds generation back to this rate; `undefined` means as fast as it goes. */
  readonly tokensPerSecond: number | undefined
}

/** A piece of text with the tokens that completed it. */
export interface Piece {
  readonly text: string
  readonly tokens: readonly Token[]
}

export interface Outcome {
  readonly finishReason: 'stop' | 'length'
  readonly promptTokens: number
  /** Tokens generated; the one that ends the text is not counted. */
  readonly completionTokens: number
  /** Milliseconds from the slot to the first token, and from there to the last. */
  readonly promptMs: number
  readonly predictedMs: number
}

export interface LoadOptions {
  readonly path: string
  readonly gguf: GgufModel
  /** Generations that run at the same time. */
  readonly slots: number
  /** Requests that may wait for a slot. */
  readonly mostWaiting: number
  /** Tokens of context for each slot, at most what the model was trained for. */
  readonly context: number
  /** 0 chooses: one thread below a billion parameters, else one for every second core. */
  readonly threads: number
}

/**
 * llama.cpp's threads spin while they wait for each other, so that on a busy machine two of them are far slower than one
 * (SmolLM2 on two busy cores: 27 tokens a second with one thread, 2 with two). Only a model that needs them gets more.
 */
const LARGE = 1_000_000_000

/** Used when a file brings no template of its own. */
const CHATML =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"

export class LanguageModel {
  readonly slots: Slots<LlamaSequence>
  readonly contextSize: number
  readonly vocabularySize: number
  readonly threads: number
  readonly #model: LlamaModel
  readonly #template: Template
  readonly #dispose: () => Promise<void>

  private constructor(parts: {
    readonly model: LlamaModel
    readonly template: Template
    readonly slots: Slots<LlamaSequence>
    readonly contextSize: number
    readonly vocabularySize: number
    readonly threads: number
    readonly dispose: () => Promise<void>
  }) {
    this.#model = parts.model
    this.#template = parts.template
    this.slots = parts.slots
    this.contextSize = parts.contextSize
    this.vocabularySize = parts.vocabularySize
    this.threads = parts.threads
    this.#dispose = parts.dispose
  }

  /** Loads a file that `readGguf` found whole. Rejects when the binding cannot use it. */
  static async load(options: LoadOptions): Promise<LanguageModel> {
    const { gguf } = options
    const threads =
      options.threads || (gguf.parameters < LARGE ? 1 : Math.max(1, Math.floor(availableParallelism() / 2)))
    const llama = await loadLlama(threads)
    const template = await loadTemplate(gguf.chatTemplate ?? CHATML)
    const model = await llama.loadModel({ modelPath: options.path, gpuLayers: 0 })
    const contextSize = Math.min(options.context, gguf.contextLength || options.context)
    const context = await model.createContext({ contextSize, sequences: options.slots, threads })
    const sequences = Array.from({ length: options.slots }, () => context.getSequence())
    const slots = new Slots(sequences, options.mostWaiting)
    const { vocabularySize } = gguf
    return new LanguageModel({
      model,
      template,
      slots,
      contextSize,
      vocabularySize,
      threads,
      dispose: () => llama.dispose(),
    })
  }

  /** Frees the model; whoever generates must have ended. */
  dispose(): Promise<void> {
    return this.#dispose()
  }

  /** The text that the model sees for these messages. Throws when the model's own template refuses them. */
  promptText(messages: readonly Message[]): string {
    return this.#template({
      messages,
      add_generation_prompt: true,
      bos_token: this.#model.tokens.bosString ?? '',
      eos_token: this.#model.tokens.eosString ?? '',
    })
  }

  /** A prompt's tokens: control texts such as `<|im_start|>` are one token, and the beginning mark is added where the model wants it. */
  promptTokens(text: string): readonly Token[] {
    const tokens = this.#model.tokenize(text, true)
    const { bos, shouldPrependBosToken } = this.#model.tokens
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens
  }

  tokenize(text: string): readonly Token[] {
    return this.#model.tokenize(text, true)
  }

  detokenize(tokens: readonly Token[]): string {
    return this.#model.detokenize(tokens, false)
  }

  /**
   * Waits for a slot and generates. Every way out gives the slot back: the end, `return()` and an abort, which takes hold
   * at the next token. Rejects with `QueueFull` when too many wait, with the signal's reason when it aborts.
   */
  async *generate(generation: Generation, signal: AbortSignal): AsyncGenerator<Piece, Outcome> {
    const slot = await this.slots.acquire(signal)
    try {
      return yield* this.#run(slot, generation, signal)
    } finally {
      this.slots.release(slot)
    }
  }

  async *#run(slot: LlamaSequence, generation: Generation, signal: AbortSignal): AsyncGenerator<Piece, Outcome> {
    const started = performance.now()
    let first: number | undefined
    let completionTokens = 0
    let finishReason: Outcome['finishReason'] = 'length'
    const stop = new StopText(generation.stop)
    let pending: Token[] = []
    for await (const { text, token } of this.#texts(slot, generation, signal)) {
      first ??= performance.now()
      if (token === 'end') {
        finishReason = 'stop'
      } else if (token !== 'again') {
        completionTokens++
        pending.push(token)
      }
      const out = stop.push(text)
      if (out !== '') {
        yield { text: out, tokens: pending }
        pending = []
      }
      if (stop.stopped) {
        finishReason = 'stop'
        break
      }
    }
    const rest = stop.end()
    if (rest !== '' || pending.length > 0) yield { text: rest, tokens: pending }
    const ended = performance.now()
    return {
      finishReason,
      promptTokens: generation.prompt.length,
      completionTokens,
      promptMs: (first ?? ended) - started,
      predictedMs: ended - (first ?? ended),
    }
  }

  /** Each token with the text it completes; `end` when the model ends, `again` when it is asked again. */
  async *#texts(
    slot: LlamaSequence,
    generation: Generation,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly text: string; readonly token: Token | 'end' | 'again' }, void> {
    const { prompt, maxTokens, sampling, ignoreEos, tokensPerSecond } = generation
    let due = performance.now()
    let made = 0
    for (let round = 0; made < maxTokens; round++) {
      signal.throwIfAborted()
      await slot.clearHistory()
      const text = new TokenText((tokens, before) => this.#model.detokenize(tokens, false, before))
      const seed = (sampling.seed + round) % 2 ** 32
      let ended = false
      let used = prompt.length
      for await (const token of slot.evaluate(prompt, { ...sampling, seed, yieldEogToken: true })) {
        signal.throwIfAborted()
        ended = this.#model.isEogToken(token)
        if (ended) break
        made++
        used++
        yield { text: text.push(token), token }
        if (made === maxTokens || used >= this.contextSize) break
        if (tokensPerSecond !== undefined) {
          due = Math.max(due, performance.now() - 1000) + 1000 / tokensPerSecond
          await sleep(Math.max(0, due - performance.now()), undefined, { signal })
        }
      }
      if (!ignoreEos) {
        yield { text: text.end(), token: ended ? 'end' : 'again' }
        return
      }
      // A round counts as a token, so that a model which ends at once cannot keep us here for ever.
      made++
      yield { text: `${text.end()}\n`, token: 'again' }
    }
  }
}
