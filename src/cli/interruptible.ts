// Ctrl-C in the middle of a run that has made something in a cluster.
import { printNote } from './output.ts'

/**
 * The first Ctrl-C or hang-up ends the run in order, with everything removed; a second one ends it at once, and `leftovers` is one
 * clause about what then is left.
 */
export async function interruptible<T>(
  leftovers: string,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'interrupted'> {
  const stop = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) {
      printNote(`ended at once: ${leftovers}`)
      process.exit(128 + (signal === 'SIGINT' ? 2 : 15))
    }
    printNote('interrupted: removing what was made; once more ends it at once')
    stop.abort()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  try {
    return await body(stop.signal)
  } catch (error) {
    if (stop.signal.aborted && (error as { readonly name?: string }).name === 'AbortError') return 'interrupted'
    throw error
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}
