import type { LeftPromise } from '../../model/leftovers.ts'
import { loopTurn } from '../../node/clock.ts'
import { collectGarbage } from '../../node/collect-garbage.ts'
import { isOwnUrl } from '../source/user-code.ts'
import type { Made, PromiseChains } from '../waits/promise-chains.ts'
import type { OpenResource } from './open-resources.ts'
import type { PromisePlaces } from './pending-promises.ts'

/**
 * Those of pending promises that can never settle: nothing that could settle them is left in memory, and so they are
 * collected. Costs a full collection, and nothing where none of them is suspected.
 * @param openResources resources that were left over: files among them are held meanwhile, for Node warns of handles that are collected,
 * which would be our doing. Nothing else is: a timer that has fired since keeps its callback, and with that what could have settled a
 * promise.
 */
export async function neverSettling(
  pending: readonly Made[],
  openResources: readonly OpenResource[],
  { chains, places }: { chains: PromiseChains; places: PromisePlaces }
): Promise<LeftPromise[]> {
  const suspects = pending.flatMap((made) => {
    const place = places.neverAt(made)
    return place === undefined ? [] : [{ made, place }]
  })
  if (suspects.length === 0) return []
  const held = openResources.flatMap(({ made: { type, ref } }) => (type.startsWith('FILE') ? [ref.deref()] : []))
  // A weak reference keeps what it gave until the end of the job that asked.
  await loopTurn()
  const collected = collectGarbage()
  held.length = 0
  if (!collected) return []
  // One that has settled meanwhile, in the turn that was waited for, may be collected, too.
  const dead = suspects.filter(({ made: { ref, settledMs } }) => settledMs === undefined && ref !== undefined && ref.deref() === undefined)
  const lost = new Set(dead.map(({ made }) => made))
  return dead.flatMap(({ made, place }) => {
    const waiting = chains.awaitOf(made)
    // One that waits for another one that is lost is no cause.
    if ([waiting?.source, made.follows, made.source].some((cause) => cause !== undefined && lost.has(cause))) return []
    const at = waiting?.frames[0]
    return [places.toLeft(made, at !== undefined && isOwnUrl(at.url) ? at : place, 'never')]
  })
}
