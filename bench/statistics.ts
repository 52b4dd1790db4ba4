import type { Sample } from './rounds.ts'

export type Figure = 'wallMs' | 'cpuMs' | 'inTestMs' | 'inFileMs' | 'workerBytes' | 'overheadMs'

/** All rounds of one variant of one case. */
export function samplesOf(samples: readonly Sample[], id: string, variant: string): Sample[] {
  return samples.filter((sample) => sample.id === id && sample.variant === variant)
}

/** `undefined` where a figure is not known. */
export function medianOf(samples: readonly Sample[], figure: Figure): number | undefined {
  return median(samples.flatMap((sample) => sample[figure] ?? []))
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * Of the ratios of neighbouring runs, the median: a busy minute of the machine is in both halves of a ratio, but not in
 * both medians.
 */
export function ratioOf(samples: readonly Sample[], base: readonly Sample[], figure: Figure): number | undefined {
  return median(paired(samples, base, figure, (value, plain) => value / plain))
}

/** The same for differences. */
export function differenceOf(samples: readonly Sample[], base: readonly Sample[], figure: Figure): number | undefined {
  return median(paired(samples, base, figure, (value, plain) => value - plain))
}

function paired(
  samples: readonly Sample[],
  base: readonly Sample[],
  figure: Figure,
  combine: (value: number, plain: number) => number
): number[] {
  return samples.flatMap((sample) => {
    const [value, plain] = [sample[figure], base.find(({ round }) => round === sample.round)?.[figure]]
    return value === undefined || plain === undefined ? [] : combine(value, plain)
  })
}
