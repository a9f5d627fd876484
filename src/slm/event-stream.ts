// Server-sent events as the body of a response, made only as fast as the client takes them.

/** A client that takes nothing for this long has gone, or might as well have. */
const STALLED_MS = 60_000

export interface EventStream {
  /** The data of each event. */
  readonly data: AsyncGenerator<string, void>
  /** Ends what produces the data. Called when the client drops or stalls, never after an ordinary end. */
  readonly abandon: () => void
  /** The data of one last event when producing fails half-way: the status has long been sent. */
  readonly failure: (error: unknown) => string
}

export function eventStream({ data, abandon, failure }: EventStream): Response {
  const encoder = new TextEncoder()
  let stalled: NodeJS.Timeout | undefined
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      clearTimeout(stalled)
      try {
        const { done, value } = await data.next()
        if (done) {
          controller.close()
          return
        }
        controller.enqueue(encoder.encode(`data: ${value}\n\n`))
        stalled = setTimeout(() => {
          abandon()
          controller.error(new Error('the client takes nothing'))
        }, STALLED_MS)
        stalled.unref()
      } catch (error) {
        controller.enqueue(encoder.encode(`data: ${failure(error)}\n\n`))
        controller.close()
      }
    },
    async cancel() {
      clearTimeout(stalled)
      abandon()
      await data.return()
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' },
  })
}
