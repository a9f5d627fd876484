// What policies can see of an endpoint, as one short text: endpoints with equal texts are of one class.
import type { ContainerPort, Namespace, Pod } from '../policy/snapshot.ts'
import type { Address } from '../sets/ip-address.ts'
import { rank, type Vocabulary, visibleLabels, visiblePorts } from './vocabulary.ts'

/** The words of one label key: that it is there with a value that nothing compares to, and each value that something does. */
interface LabelWords {
  readonly present: number
  readonly values: ReadonlyMap<string, number>
}

const NO_PORTS = ''

/**
 * Each thing that can be seen has a number, its word; a key is made of the words that hold, ascending. No two things have one
 * word, so keys need nothing between their parts.
 */
export class ClassKeys {
  readonly #vocabulary: Vocabulary
  readonly #labels = new Map<string, LabelWords>()
  readonly #byText = new Map<string, number>()
  readonly #byNamespace = new Map<Namespace, number>()
  #count = 0
  readonly #v4: number
  readonly #v6: number
  readonly #outside: number
  /** The words of the endpoint at hand. */
  readonly #words: number[] = []
  readonly #units: number[] = []

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary
    const { borders, podLabels } = vocabulary
    this.#outside = this.#count++
    this.#v4 = this.#take(borders.v4.length + 1)
    this.#v6 = this.#take(borders.v6.length + 1)
    for (const [key, values] of podLabels) {
      const words = new Map<string, number>()
      for (const value of values) words.set(value, this.#count++)
      this.#labels.set(key, { present: this.#count++, values: words })
    }
  }

  /** The named ports that rules can see, in one order. */
  ports(ports: readonly ContainerPort[]): string {
    const { portNames } = this.#vocabulary
    let seen = 0
    let only: ContainerPort | undefined
    for (const port of ports) {
      if (port.name === undefined || !portNames.has(port.name)) continue
      seen++
      only = port
    }
    if (!only) return NO_PORTS
    return visiblePorts(seen === 1 ? [only] : ports, portNames).join()
  }

  /** A pod that selectors can match. */
  pod(pod: Pod, namespace: Namespace, portKey: string): string {
    const words = this.#words
    words.length = 0
    words.push(this.#namespace(namespace))
    for (const [key, value] of pod.labels) {
      const known = this.#labels.get(key)
      if (known) words.push(known.values.get(value) ?? known.present)
    }
    return this.#withPlace(pod, portKey)
  }

  /** A pod on the host network: only its node, its addresses and its ports can be seen (S33). */
  host(pod: Pod, portKey: string): string {
    const node = this.#vocabulary.nodes && pod.nodeName !== undefined ? ` ${pod.nodeName}` : ''
    this.#words.length = 0
    this.#words.push(this.#text(`host${node}`))
    return this.#withPlace(pod, portKey)
  }

  /** An address outside. */
  outside(address: Address): string {
    this.#words.length = 0
    this.#words.push(this.#outside, this.#piece(address))
    return this.#key()
  }

  #withPlace(pod: Pod, portKey: string): string {
    for (const address of pod.addresses) this.#words.push(this.#piece(address))
    if (portKey !== NO_PORTS) this.#words.push(this.#text(`ports ${portKey}`))
    return this.#key()
  }

  /** The piece between borders that the address lies in. */
  #piece(address: Address): number {
    const { v4, v6 } = this.#vocabulary.borders
    return address.family === 4 ? this.#v4 + rank(v4, address.value) : this.#v6 + rank(v6, address.value)
  }

  /** A namespace with policies stands for itself; others are known by the labels that selectors can see. */
  #namespace(namespace: Namespace): number {
    const known = this.#byNamespace.get(namespace)
    if (known !== undefined) return known
    const { governed, namespaceLabels } = this.#vocabulary
    const { name, declared, labels } = namespace
    const word = this.#text(
      governed.has(name)
        ? `namespace ${name}`
        : `labels ${declared} ${JSON.stringify(visibleLabels(labels, namespaceLabels))}`,
    )
    this.#byNamespace.set(namespace, word)
    return word
  }

  #text(text: string): number {
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    this.#byText.set(text, this.#count)
    return this.#count++
  }

  #take(many: number): number {
    const first = this.#count
    this.#count += many
    return first
  }

  #key(): string {
    const words = this.#words
    // Few, and often in order: each is moved down to its place.
    for (let i = 1; i < words.length; i++) {
      const word = words[i] as number
      let at = i
      for (; at > 0 && (words[at - 1] as number) > word; at--) words[at] = words[at - 1] as number
      words[at] = word
    }
    const units = this.#units
    units.length = 0
    for (const word of words) units.push(word >>> 16, word & 0xffff)
    return String.fromCharCode.apply(null, units)
  }
}
