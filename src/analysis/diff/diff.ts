// What changed between two snapshots: which connections opened and closed, and what did it.
import { createEngine } from '../../engine/engine.ts'
import { type Profile, SPEC } from '../../engine/profile.ts'
import type { Pod, Snapshot } from '../../policy/snapshot.ts'
import type { Diff, Party } from './answer.ts'
import { changesOf } from './changes.ts'
import { jointsOf } from './joint.ts'
import { Parties } from './parties.ts'
import { policyChanges } from './policies.ts'
import { possibleChanges } from './possible.ts'
import { Responsible } from './responsible.ts'
import { shiftedPairs } from './rows.ts'
import { unitsOf } from './units.ts'
import { workloadChanges } from './workloads.ts'

/**
 * Compares two snapshots with their policies in force (see `policiesInForce`). What opened in one direction is what
 * closed in the other; the order of objects makes no difference.
 */
export function diff(before: Snapshot, after: Snapshot, profile: Profile = SPEC): Diff {
  const [old, now] = [before, after].map((snapshot) => createEngine(snapshot, profile).reachability())
  if (!old || !now) throw new Error('two snapshots were given')
  const units = unitsOf(before, after)
  const policies = policyChanges(before, after)
  const joints = jointsOf(units, old, now)
  const responsible = new Responsible({ before, after }, policies, profile)
  const parties = new Parties(units, before, after)
  const changes = changesOf(shiftedPairs(joints, old, now), { responsible, parties })
  const partyOf = (pod: Pod): Party | undefined => {
    const joint = joints.find((one) => one.kind === 'pods' && one.units.some((unit) => unit.after === pod))
    return joint && parties.of([joint])[0]
  }
  return {
    profile: profile.name,
    changes,
    possible: possibleChanges({ before, after, profile, policies, joints, changes, partyOf }),
    workloads: workloadChanges(units, before, after),
    edits: policies.changed.flatMap(({ draft }) => draft.edits),
  }
}
