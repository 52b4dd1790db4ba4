const usage = () => (process.threadCpuUsage ?? process.cpuUsage).call(process).user / 1000

const from = process.hrtime.bigint()
const until = usage() + 180
const table = []
do {
  table.length = 0
  for (let i = 1; i < 20_000; i++) table.push(Math.atan2(Math.sqrt(i), Math.sin(i)))
} while (usage() < until)

export const tookMs = Number(process.hrtime.bigint() - from) / 1e6
export const size = table.length
