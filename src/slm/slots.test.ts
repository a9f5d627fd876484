// Slots in order of arrival, the bound on the line, and callers that give up.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QueueFull, Slots } from './slots.ts'

const patient = new AbortController().signal

describe('slots', () => {
  it('are handed out while there are any, then in the order of asking', async () => {
    const slots = new Slots(['a', 'b'], 5)
    expect(await slots.acquire(patient)).not.toBe(await slots.acquire(patient))
    const order: number[] = []
    const waiters = [1, 2, 3].map(async (number) => {
      const slot = await slots.acquire(patient)
      order.push(number)
      slots.release(slot)
    })
    expect([slots.busy, slots.waiting]).toEqual([2, 3])
    slots.release('a')
    await Promise.all(waiters)
    expect(order).toEqual([1, 2, 3])
    expect([slots.busy, slots.waiting]).toEqual([1, 0])
  })

  it('refuse the one after the longest line', async () => {
    const slots = new Slots(['a'], 1)
    await slots.acquire(patient)
    const waits = slots.acquire(patient)
    await expect(slots.acquire(patient)).rejects.toThrow(QueueFull)
    slots.release('a')
    expect(await waits).toBe('a')
  })

  it('let a caller leave the line, and forget it', async () => {
    const slots = new Slots(['a'], 2)
    await slots.acquire(patient)
    const leaver = new AbortController()
    const leaves = slots.acquire(leaver.signal)
    const stays = slots.acquire(patient)
    leaver.abort(new Error('gone'))
    await expect(leaves).rejects.toThrow('gone')
    expect(slots.waiting).toBe(1)
    slots.release('a')
    expect(await stays).toBe('a')
    await expect(slots.acquire(leaver.signal)).rejects.toThrow('gone')
  })

  it('are never lost and never held twice, in whatever order callers come, end and give up', async () => {
    const actions = fc.array(fc.constantFrom('come', 'end', 'give up'), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(actions, fc.integer({ min: 1, max: 3 }), async (actions, count) => {
        const slots = new Slots(
          Array.from({ length: count }, (_, i) => i),
          4,
        )
        const held = new Set<number>()
        const heldTwice: number[] = []
        const callers: AbortController[] = []
        for (const action of actions) {
          if (action === 'come') {
            const caller = new AbortController()
            callers.push(caller)
            slots.acquire(caller.signal).then(
              (slot) => {
                if (held.has(slot)) heldTwice.push(slot)
                held.add(slot)
              },
              () => {},
            )
          } else if (action === 'end') {
            const [slot] = held
            if (slot !== undefined) {
              held.delete(slot)
              slots.release(slot)
            }
          } else callers.pop()?.abort(new Error('gone'))
          await new Promise((resolve) => setImmediate(resolve))
          expect(slots.busy).toBe(held.size)
          expect(heldTwice).toEqual([])
        }
      }),
      { numRuns: 50 },
    )
  })
})
