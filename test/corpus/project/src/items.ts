export interface Item {
  rank: number
  name: string
}

/** The same order each time, and none that sorting knows. */
export function shuffled(count: number): Item[] {
  let seed = 42
  return Array.from({ length: count }, (_, index) => {
    seed = next(seed)
    return { rank: seed, name: `item ${seed ^ index}` }
  })
}

/** Fractions: as JSON they are much work and little garbage. */
export function measurements(count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.sqrt(index + 1) / 7)
}

class Row {
  constructor(readonly value: number) {}

  toJSON(): string {
    return this.value.toString(36) // BLAME to-json
  }
}

export const rows = (count: number): Row[] => measurements(count).map((value) => new Row(value))

/** One object with many keys: arrays are cut short when printed. */
export function keyed(count: number): Record<string, Item> {
  return Object.fromEntries(shuffled(count).map((item, index) => [`key ${index}`, item]))
}

/** Text that is neither constant nor random. */
export function textOf(bytes: number): Buffer {
  let seed = 42
  const text = Buffer.alloc(bytes)
  for (let i = 0; i < bytes; i++) {
    seed = next(seed)
    text[i] = 97 + ((seed >>> 16) % 23)
  }
  return text
}

const next = (seed: number): number => (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
