import type { StackFrame } from '../../model/code.ts'
import type { LeftPromise } from '../../model/leftovers.ts'
import type { Location } from '../../model/place.ts'
import { toShown } from '../profile/shown-frames.ts'
import { toCulprit } from '../scope/culprit.ts'
import type { Locator } from '../source/locate.ts'
import { isOwnUrl } from '../source/user-code.ts'
import { makersOf } from '../waits/given-to.ts'
import { isAwait, isWork, type Made, type PromiseChains } from '../waits/promise-chains.ts'

export interface PromisePlaces {
  /** The call whose promise nobody waits for, where that is likely a mistake. */
  droppedAt(made: Made): StackFrame | undefined
  /** Where a promise that will never settle was made, or is waited for. */
  neverAt(made: Made): StackFrame | undefined
  toLeft(made: Made, place: StackFrame, fate: LeftPromise['fate']): LeftPromise
}

export function createPromisePlaces(chains: PromiseChains, locator: Locator, depth: number): PromisePlaces {
  /** Unlike an async call, one that is made by hand is no work that was started: it may be kept for who comes later. */
  const isKeptByHand = ({ frames }: Made, place: StackFrame): boolean => makersOf(frames).length > 0 && chains.isKept(place)

  return {
    droppedAt(made) {
      const place = !made.fake && chains.isDropped(made) && isWork(made) ? chains.receiver(made) : undefined
      return place === undefined || isKeptByHand(made, place) || chains.isStub(made) ? undefined : place
    },
    neverAt(made) {
      const receiver = chains.receiver(made)
      if (made.fake || isAwait(made) || chains.isObserver(made) || !isWork(made) || receiver === undefined || chains.isAbandoned(made))
        return undefined
      // Nobody waits for it.
      if ((chains.isDropped(made) && isKeptByHand(made, receiver)) || chains.isStub(made)) return undefined
      const makers = makersOf(made.frames)
      const maker = made.frames[makers.length]
      return makers.length > 0 && maker !== undefined && isOwnUrl(maker.url) ? maker : receiver
    },
    toLeft(made, place, fate) {
      const waits = chains.awaitOf(made)?.frames[0]
      const listener = chains.isListeners(made)
      const callee = listener ? made.frames[0] : made.frames[made.frames.indexOf(place) - 1]
      const location: Location = locator.frame(place)
      return {
        fate,
        ...(listener && { listener }),
        ...(callee !== undefined && callee.functionName !== '' && { callee: callee.functionName }),
        ...(waits !== undefined && isOwnUrl(waits.url) && { waitsAt: locator.frame(waits) }),
        location,
        stack: toShown(made.frames, depth).map(locator.frame),
        culprit: toCulprit(made.owner)
      }
    }
  }
}
