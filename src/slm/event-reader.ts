// Reads server-sent events from pieces of text that may end anywhere.

export interface ServerEvent {
  /** `message` where the server names none. */
  readonly name: string
  readonly data: string
}

/** Longest event that is kept; a server that sends more without a blank line is not ours. */
const LONGEST = 1 << 20

export class EventReader {
  #text = ''

  /** The events that this piece completes. Throws when an event grows without end. */
  push(piece: string): ServerEvent[] {
    this.#text = (this.#text + piece).replaceAll('\r\n', '\n')
    const blocks = this.#text.split('\n\n')
    this.#text = blocks.pop() as string
    if (this.#text.length > LONGEST) throw new Error('an event without an end')
    return blocks.flatMap((block) => event(block) ?? [])
  }
}

/** Comments and fields other than `event` and `data` say nothing. */
function event(block: string): ServerEvent | undefined {
  let name = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const value = line.slice(line.indexOf(':') + 1).replace(/^ /, '')
    if (line.startsWith('event:')) name = value
    if (line.startsWith('data:')) data.push(value)
  }
  return data.length === 0 ? undefined : { name, data: data.join('\n') }
}
