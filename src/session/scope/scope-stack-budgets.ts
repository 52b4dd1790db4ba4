import { createStackBudget, type StackBudget, type StackLimits } from '../../probes/async/stack-budget.ts'

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

interface FileLimits {
  file: Limits
  test: Limits
}

const limits = (initialMs: number, share: number, least = 0): StackLimits => ({ initialMs, share, least })

const FULL: FileLimits = {
  file: {
    promises: limits(30, 0.004),
    libraries: limits(10, 0.0015),
    timers: limits(10, 0.0025),
    connections: limits(10, 0.0025),
    resources: limits(10, 0.0025),
    causes: limits(3, 0.001)
  },
  test: {
    promises: limits(8, 0.004, 12),
    libraries: limits(4, 0.0015, 4),
    timers: limits(2, 0.0025, 8),
    connections: limits(2, 0.0025, 8),
    resources: limits(2, 0.0025, 8),
    causes: limits(0.5, 0.001, 4)
  }
}
const FEW = limits(0.5, 0.0005)
/**
 * Of files that left nothing over in earlier runs of the same sources: what a change of the machine's pace may bring to light shows in a
 * few.
 */
const SMALL: FileLimits = {
  file: { promises: limits(1, 0.002), libraries: FEW, timers: FEW, connections: FEW, resources: FEW, causes: limits(0.2, 0.0002) },
  test: {
    promises: limits(0.1, 0.002, 2),
    libraries: limits(0.1, 0.0005, 1),
    timers: limits(0.1, 0.0005, 1),
    connections: limits(0.1, 0.0005, 1),
    resources: limits(0.1, 0.0005, 4),
    causes: limits(0.1, 0.0002)
  }
}
/** The runner's own promises around a test are some thirty; what fixtures and late hooks leave shows in a few. */
const OF_RUNNER = limits(0.05, 0.005)

/** What a file's tests may spend together, and what each of them has. */
export interface FileBudgets extends StackBudgets {
  readonly ofTest: Limits
}

/** @param few whether nothing of what the file starts is likely to be left over */
export function fileBudgets(few: boolean): FileBudgets {
  const { file, test } = few ? SMALL : FULL
  return { ...create(file), ofTest: test }
}
export const testBudgets = (file: FileBudgets | undefined): StackBudgets => create(file?.ofTest ?? FULL.test, file)
/** @param test what they are taken beside */
export const runnerBudget = ({ file }: StackBudget): StackBudget => createStackBudget(OF_RUNNER, file)

const create = (of: Limits, file?: StackBudgets): StackBudgets => ({
  promises: createStackBudget(of.promises, file?.promises),
  libraries: createStackBudget(of.libraries, file?.libraries),
  timers: createStackBudget(of.timers, file?.timers),
  connections: createStackBudget(of.connections, file?.connections),
  resources: createStackBudget(of.resources, file?.resources),
  causes: createStackBudget(of.causes, file?.causes)
})
