import { styleText } from 'node:util'
import type { Noise } from './noise.ts'

export function formatNoise({
  name,
  runs,
  falseAlarms,
  budgets,
  brokenBudgets,
  inconclusive,
  recall,
  byLoopDelay,
  missedBars
}: Noise): string {
  const verdict = missedBars.length === 0 ? [] : [styleText('red', `under the bars: ${missedBars.join(', ')}`, { stream: process.stdout })]
  return [
    `${name}, four busy processes for each core beside it`,
    `  clean half, ${runs} runs: ${falseAlarms} false alarms, ${brokenBudgets} of ${budgets} budgets broken, ${inconclusive} inconclusive`,
    `  by monitorEventLoopDelay, 1 run: ${byLoopDelay.broken} of ${byLoopDelay.budgets} budgets broken`,
    `  faulty half: recall ${(recall * 100).toFixed(1)} %`,
    ...verdict
  ].join('\n')
}
