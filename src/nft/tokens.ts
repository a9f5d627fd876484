// nft text cut into tokens, with the place of each, for the reader.

export interface Token {
  readonly text: string
  readonly line: number
}

/** A text that is not in the subset that Moat prints. */
export class UnreadableRuleset extends Error {
  constructor(token: Token | undefined, expected: string) {
    super(
      token
        ? `line ${token.line}: expected ${expected}, found \`${token.text}\``
        : `expected ${expected}, found the end`,
    )
    this.name = 'UnreadableRuleset'
  }
}

const TOKEN = /"[^"]*"|[{},;]|\n|[^\s{},;"]+/g

/** Tokens in order, read from the front. Outside of braces after `=` or a key, a line's end is the token `\n`. */
export class Tokens {
  private readonly all: Token[] = []
  private at = 0

  constructor(text: string) {
    let line = 1
    for (const [token] of text.matchAll(TOKEN)) {
      this.all.push({ text: token, line })
      if (token === '\n') line++
    }
  }

  /** The text of the token `ahead` places on; empty at the end. */
  peek(ahead = 0): string {
    return this.all[this.at + ahead]?.text ?? ''
  }

  done(): boolean {
    return this.at >= this.all.length
  }

  next(expected: string): string {
    const token = this.all[this.at]
    if (!token) throw new UnreadableRuleset(undefined, expected)
    this.at++
    return token.text
  }

  /** Takes the words of `text` if they come next. */
  take(text: string): boolean {
    const words = text.split(' ')
    if (!words.every((word, i) => this.peek(i) === word)) return false
    this.at += words.length
    return true
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`\`${text}\``)
  }

  /** Line ends and semicolons. */
  skipEnds(): void {
    while (this.peek() === '\n' || this.peek() === ';') this.at++
  }

  atEnd(): boolean {
    const token = this.peek()
    return token === '\n' || token === ';' || token === '}' || token === ''
  }

  fail(expected: string): never {
    throw new UnreadableRuleset(this.all[this.at], expected)
  }

  quoted(): string {
    const token = this.next('a quoted text')
    if (!token.startsWith('"')) {
      this.at--
      this.fail('a quoted text')
    }
    return token.slice(1, -1)
  }

  number(): number {
    const token = this.next('a number')
    const value = Number(token)
    if (!Number.isInteger(value)) {
      this.at--
      this.fail('a number')
    }
    return value
  }

  /** `{ a b, c }` as the texts between commas, words joined by one space. */
  list(): string[] {
    this.expect('{')
    const items: string[] = []
    let words: string[] = []
    for (;;) {
      const token = this.next('`}`')
      if (token === '\n') continue
      if (token !== ',' && token !== '}') {
        words.push(token)
        continue
      }
      if (words.length > 0) items.push(words.join(' '))
      if (token === '}') return items
      words = []
    }
  }
}
