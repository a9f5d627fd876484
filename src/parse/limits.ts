// Bounds that the admin policy APIs set: how many items a list may have, and that none comes twice.
import { asInteger, items } from './decode.ts'
import { fail, pathOf, type Value } from './report.ts'

/** The items of a list that has at most so many. */
export function atMost(list: Value | undefined, most: number): Value[] {
  const values = items(list)
  if (list && values.length > most) {
    fail(list, {
      code: 'too-many-items',
      message: `\`${pathOf(list)}\` has ${values.length} items, at most ${most} are allowed`,
      ...(list.key && { at: list.key }),
    })
  }
  return values
}

/** The items of a list that has at least one and at most so many. */
export function someOf(list: Value | undefined, most: number): Value[] {
  if (list?.node.kind === 'list' && list.node.items.length === 0) {
    fail(list, {
      code: 'empty-list',
      message: `\`${pathOf(list)}\` is empty: the API server rejects such a list`,
      help: 'name at least one item, or leave the list out where that is allowed',
    })
  }
  return atMost(list, most)
}

/** Reports the items that an earlier one equals. */
export function distinctItems(list: readonly (readonly [item: Value, text: string])[]): void {
  const seen = new Set<string>()
  for (const [item, text] of list) {
    if (seen.has(text)) {
      fail(item, {
        code: 'duplicate-item',
        message: `\`${text}\` is in this list twice`,
        help: 'remove one of the two',
      })
    }
    seen.add(text)
  }
}

/** `spec.priority`: 0 comes first, 1000 last. */
export function asPriority(value: Value | undefined): number | undefined {
  const priority = asInteger(value)
  if (value === undefined || priority === undefined) return undefined
  if (priority >= 0 && priority <= 1_000) return priority
  return fail(value, {
    code: 'invalid-priority',
    message: `\`${pathOf(value)}\` must be from 0 to 1000, not ${priority}`,
  })
}
