// Reads mutated manifests by the million: node scripts/fuzz.ts [--runs N] [--seed N] [--out DIR]
// Each input is a function of its seed alone. A failing input is cut down and written to --out as a case.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createCounts, faultOf, type FuzzCounts } from '../tests/support/fuzz/check.ts'
import { mutatedText } from '../tests/support/fuzz/mutate.ts'
import { fuzzSeeds } from '../tests/support/fuzz/seeds.ts'
import { randomFrom } from '../tests/support/random.ts'

/** One input may take so long at most; ordinary ones take a millisecond. */
const HANG_MS = 20_000
/** A reader that needs more for one small text runs away. */
const HEAP_MB = 512
const MOST_FAILURES = 20

interface Job {
  readonly from: number
  readonly to: number
  /** The seed at work, for when it hangs or runs out of memory. */
  readonly at: Int32Array
}

interface Result {
  readonly counts: FuzzCounts
  readonly failures: readonly { readonly seed: number; readonly fault: string; readonly text: string }[]
  readonly slowest: { readonly seed: number; readonly ms: number }
}

function faultOrThrow(text: string, counts = createCounts()): string | undefined {
  try {
    return faultOf(text, counts)
  } catch (error) {
    return `thrown: ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : String(error)}`
  }
}

/** Leaves out lines, then characters, while the first word of the fault stays. */
function cutDown(text: string, fault: string): string {
  const kind = fault.split(' ').slice(0, 3).join(' ')
  const fails = (candidate: string) => faultOrThrow(candidate)?.startsWith(kind) === true
  for (const separator of ['\n', ' ', '']) {
    let parts = text.split(separator)
    for (let size = parts.length >> 1; size >= 1; size = size >> 1) {
      for (let at = 0; at < parts.length;) {
        const rest = [...parts.slice(0, at), ...parts.slice(at + size)]
        if (rest.length > 0 && fails(rest.join(separator))) parts = rest
        else at += size
      }
    }
    text = parts.join(separator)
    if (text.length > 400) break
  }
  return text
}

function work({ from, to, at }: Job): Result {
  const { texts } = fuzzSeeds()
  const counts = createCounts()
  const failures: { seed: number; fault: string; text: string }[] = []
  let slowest = { seed: from, ms: 0 }
  for (let seed = from; seed < to && failures.length < MOST_FAILURES; seed++) {
    Atomics.store(at, 0, seed)
    const text = mutatedText(randomFrom(seed), texts)
    const start = performance.now()
    const fault = faultOrThrow(text, counts)
    const ms = performance.now() - start
    if (ms > slowest.ms) slowest = { seed, ms }
    if (fault !== undefined) failures.push({ seed, fault, text: cutDown(text, fault) })
  }
  return { counts, failures, slowest }
}

/** A worker's result, or the seed at which it hung or ran out of memory. */
function inWorker(from: number, to: number): Promise<Result | { readonly stuck: number; readonly why: string }> {
  const at = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(import.meta.filename, {
    workerData: { from, to, at },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  return new Promise((resolve) => {
    let before = { seed: -1, since: performance.now() }
    const watch = setInterval(() => {
      const seed = Atomics.load(at, 0)
      if (seed !== before.seed) before = { seed, since: performance.now() }
      else if (performance.now() - before.since > HANG_MS) end({ stuck: seed, why: `no end after ${HANG_MS} ms` })
    }, 1_000)
    const end = (result: Result | { stuck: number; why: string }) => {
      clearInterval(watch)
      void worker.terminate().then(() => resolve(result))
    }
    worker.once('message', (result: Result) => end(result))
    worker.once('error', (error) => end({ stuck: Atomics.load(at, 0), why: error.message }))
  })
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'tests/fuzz-inputs' },
    },
  })
  const runs = Number(values.runs)
  const first = Number(values.seed)
  const seeds = fuzzSeeds()
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(
    `${runs} inputs from seed ${first}, mutated from ${seeds.texts.length} texts (corpus: ${seeds.corpus ? 'yes' : 'no'})`,
  )
  const total = createCounts()
  let slowest = { seed: first, ms: 0 }
  const failed: number[] = []
  const keep = (seed: number, fault: string, text: string) => {
    failed.push(seed)
    mkdirSync(values.out, { recursive: true })
    writeFileSync(join(values.out, `${seed}.yaml`), text)
    say(`seed ${seed}: ${fault}`)
  }
  const BATCH = 50_000
  for (let from = first; from < first + runs && failed.length < MOST_FAILURES; from += BATCH) {
    const result = await inWorker(from, Math.min(from + BATCH, first + runs))
    if ('stuck' in result) {
      keep(result.stuck, result.why, mutatedText(randomFrom(result.stuck), seeds.texts))
      continue
    }
    for (const { seed, fault, text } of result.failures) keep(seed, fault, text)
    if (result.slowest.ms > slowest.ms) slowest = result.slowest
    const { counts } = result
    total.inputs += counts.inputs
    total.readable += counts.readable
    total.asJson += counts.asJson
    total.respelled += counts.respelled
    for (const [code, count] of counts.codes) total.codes.set(code, (total.codes.get(code) ?? 0) + count)
    say(`${total.inputs} read, ${total.readable} without an error, ${failed.length} failed`)
  }
  say(
    `${total.inputs} inputs: ${total.readable} read without an error, ${total.respelled} respelled, ${total.asJson} compared as JSON; ` +
      `${total.codes.size} codes seen; slowest ${slowest.ms.toFixed(0)} ms (seed ${slowest.seed}); ` +
      `peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB; ${failed.length} failed`,
  )
  return failed.length === 0 ? 0 : 1
}

if (isMainThread) process.exitCode = await main()
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
else parentPort?.postMessage(work(workerData as Job))
