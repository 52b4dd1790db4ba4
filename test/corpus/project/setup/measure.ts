import bcrypt from 'bcrypt'
import bcryptjs from 'bcryptjs'
import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { cloneAll, sortAll, sumOfRoots } from 'heavy-dep'
import { cpuMs } from '../src/clock.ts'
import { keyed, measurements, rows, shuffled, textOf } from '../src/items.ts'

export const BIG_FILE = 'big.bin'

/** Clearly over the threshold of 100 ms, also where the machine has become faster since: some change their pace by half. */
const STALL_MS = 220

/** Where the work cannot be cut finer than by halves. */
const AT_LEAST_MS = 180

/** How much of each kind of work keeps a thread of this machine busy for about `STALL_MS`. */
export interface Amounts {
  fileBytes: number
  pbkdf2Iterations: number
  scryptParallelization: number
  bcryptRounds: number
  bcryptjsRounds: number
  hashBytes: number
  parsedItems: number
  stringifiedItems: number
  stringifiedRows: number
  evilLetters: number
  gzipBytes: number
  brotliBytes: number
  sqliteRows: number
  sortedItems: number
  clonedItems: number
  structuredItems: number
  printedKeys: number
  /** Of `sumOfRoots`. */
  loopRounds: number
}

/** Many times the step in which Linux tells CPU time, its tick of up to 10 ms. */
const SAMPLE_MS = 60

const MEGABYTE = 2 ** 20

/** @param grow makes the big file so many bytes long, and gives its path */
export function measureAmounts(grow: (bytes: number) => string): Amounts {
  return {
    fileBytes: fastest(256 * MEGABYTE, grow, (path) => readFileSync(path)),
    pbkdf2Iterations: linear(30_000, same, (iterations) => pbkdf2Sync('password', 'salt', iterations, 64, 'sha512')),
    scryptParallelization: linear(1, same, (p) => scryptSync('password', 'salt', 64, { N: 2 ** 13, p, maxmem: 2 ** 30 })),
    bcryptRounds: doubling(8, (rounds) => bcrypt.hashSync('password', rounds)),
    bcryptjsRounds: doubling(6, (rounds) => bcryptjs.hashSync('password', rounds)),
    hashBytes: linear(16 * MEGABYTE, Buffer.alloc, (bytes) => createHash('sha512').update(bytes).digest()),
    parsedItems: linear(20_000, (count) => JSON.stringify(measurements(count)), (text) => JSON.parse(text)),
    stringifiedItems: linear(20_000, measurements, (items) => JSON.stringify(items)),
    stringifiedRows: linear(10_000, rows, (items) => JSON.stringify(items)),
    evilLetters: doubling(14, (letters) => /^(a+)+$/.test(`${'a'.repeat(letters)}b`)),
    gzipBytes: linear(MEGABYTE, textOf, (text) => gzipSync(text)),
    brotliBytes: linear(MEGABYTE / 16, textOf, (text) => brotliCompressSync(text)),
    sqliteRows: linear(20_000, same, countRows),
    sortedItems: linear(20_000, shuffled, sortAll),
    clonedItems: linear(20_000, shuffled, cloneAll),
    structuredItems: linear(20_000, shuffled, structuredClone),
    printedKeys: linear(2000, keyed, (value) => inspect(value)),
    loopRounds: linear(1e6, same, sumOfRoots),
  }
}

const same = (amount: number): number => amount

/** By the fastest of some samples: the kernel reads into memory that it has at hand much faster than into other. */
function fastest<T>(sample: number, prepare: (amount: number) => T, run: (input: T) => unknown): number {
  const input = prepare(sample)
  return Math.ceil((sample * STALL_MS) / leastOf(() => run(input), 5))
}

/** By a sample that takes long enough; the smaller ones before it warm up. */
function linear<T>(from: number, prepare: (amount: number) => T, run: (input: T) => unknown): number {
  for (let amount = from; ; amount *= 2) {
    const input = prepare(amount)
    if (timeOf(() => run(input)) >= SAMPLE_MS) return Math.ceil((amount * STALL_MS) / leastOf(() => run(input)))
  }
}

/** Each step doubles the time. */
function doubling(from: number, run: (amount: number) => unknown): number {
  let amount = from
  while (leastOf(() => run(amount)) < AT_LEAST_MS) amount += 1
  return amount
}

/** Of several runs: one that was slow, by what else the machine did, would make the stall too short. */
const leastOf = (run: () => unknown, runs = 2): number => Math.min(...Array.from({ length: runs }, () => timeOf(run)))

/** CPU time: a busy machine does not make it less work. */
function timeOf(run: () => unknown): number {
  const from = cpuMs()
  run()
  return cpuMs() - from
}

function countRows(rows: number): void {
  // Node before 22.13 has it behind a flag only.
  const sqlite = process.getBuiltinModule('node:sqlite')
  if (sqlite === undefined) return
  new sqlite.DatabaseSync(':memory:').prepare(COUNT_ROWS).get(rows)
}

const COUNT_ROWS = 'WITH RECURSIVE rows(row) AS (SELECT 1 UNION ALL SELECT row + 1 FROM rows WHERE row < ?) SELECT sum(row) AS total FROM rows'
