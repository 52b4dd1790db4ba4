import type { BlockingCall } from '../../model/profile.ts'

/** What counts against the user: wall time less what other processes took, and less what the process was stopped for. */
export const netMs = ({ durationMs, stolenMs, suspendedMs }: Pick<BlockingCall, 'durationMs' | 'stolenMs' | 'suspendedMs'>): number =>
  durationMs - stolenMs - suspendedMs

/** What of it the code itself did: the collector cleans up after whoever ran before. */
export const ownMs = (call: Parameters<typeof netMs>[0] & Pick<BlockingCall, 'collectedMs'>): number =>
  netMs(call) - (call.collectedMs ?? 0)

/** Whether the profiler got too little of the CPU to see what ran. */
export const isUnseen = ({ confidence }: Pick<BlockingCall, 'confidence'>): boolean => confidence === 'inconclusive'

export interface Verdicts {
  /** Over the threshold by the user's own doing. */
  over: BlockingCall[]
  /** Over the threshold only with the time that other processes took, and not clearly below it without; or nobody saw what ran. */
  inconclusive: BlockingCall[]
  /** Clearly below it without that time. */
  cleared: BlockingCall[]
}

/** What is measured of the machine's part is not so exact that more than this of the threshold is cleared by it. */
const CLEAR_SHARE = 0.5

/** Sorts stretches by the threshold, worst first. */
export function judgeStretches(stretches: readonly BlockingCall[], threshold: number): Verdicts {
  const long = stretches.filter(({ durationMs }) => durationMs > threshold).toSorted((a, b) => netMs(b) - netMs(a))
  return {
    over: long.filter((stretch) => netMs(stretch) > threshold && !isUnseen(stretch)),
    inconclusive: long.filter((stretch) => (netMs(stretch) > threshold ? isUnseen(stretch) : netMs(stretch) > threshold * CLEAR_SHARE)),
    cleared: long.filter((stretch) => netMs(stretch) <= threshold * CLEAR_SHARE)
  }
}
