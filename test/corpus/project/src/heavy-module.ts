import { after } from './clock.ts' // BLAME own-module

const from = process.hrtime.bigint()
const done = after(180)
const table: number[] = []
do {
  table.length = 0
  for (let i = 1; i < 20_000; i++) table.push(Math.atan2(Math.sqrt(i), Math.sin(i))) // BLAME own-module
} while (!done())

export const tookMs = Number(process.hrtime.bigint() - from) / 1e6
export const size = table.length
