import { createStackBudget, type StackBudget, type StackLimits } from '../probes/async/stack-budget.ts'

/** What a test's stacks may cost, by what they are taken for; each takes 3 to 10 µs. */
export interface StackBudgets {
  promises: StackBudget
  /** For promises that libraries make, many in a row or where their functions go on. */
  libraries: StackBudget
  /** For timers that fire once, and immediates. */
  timers: StackBudget
  /** For sockets and servers: a request makes three. */
  connections: StackBudget
  /** For all else that stays until somebody ends it, intervals among them: many timers or requests do not use it up. */
  resources: StackBudget
  /** For what only leads to resources: ticks and requests to the system. */
  causes: StackBudget
}

type Limits = Record<keyof StackBudgets, StackLimits>

const OF_FILE: Limits = {
  promises: { initialMs: 60, share: 0.004 },
  libraries: { initialMs: 10, share: 0.0015 },
  timers: { initialMs: 10, share: 0.0025 },
  connections: { initialMs: 10, share: 0.0025 },
  resources: { initialMs: 10, share: 0.0025 },
  causes: { initialMs: 3, share: 0.001 }
}
const OF_TEST: Limits = {
  promises: { initialMs: 8, share: 0.004, least: 16 },
  libraries: { initialMs: 4, share: 0.0015, least: 4 },
  timers: { initialMs: 2, share: 0.0025, least: 8 },
  connections: { initialMs: 2, share: 0.0025, least: 8 },
  resources: { initialMs: 2, share: 0.0025, least: 8 },
  causes: { initialMs: 0.5, share: 0.001, least: 4 }
}
/** The runner's own promises around a test are some thirty; what fixtures and late hooks leave shows in a few. */
const OF_RUNNER: StackLimits = { initialMs: 0.05, share: 0.005 }

export const fileBudgets = (): StackBudgets => create(OF_FILE)
export const testBudgets = (file: StackBudgets | undefined): StackBudgets => create(OF_TEST, file)
/** @param test what they are taken beside */
export const runnerBudget = ({ file }: StackBudget): StackBudget => createStackBudget(OF_RUNNER, file)

const create = (limits: Limits, file?: StackBudgets): StackBudgets => ({
  promises: createStackBudget(limits.promises, file?.promises),
  libraries: createStackBudget(limits.libraries, file?.libraries),
  timers: createStackBudget(limits.timers, file?.timers),
  connections: createStackBudget(limits.connections, file?.connections),
  resources: createStackBudget(limits.resources, file?.resources),
  causes: createStackBudget(limits.causes, file?.causes)
})
