import type { StackBudget } from '../stack-budget.ts'

/** Raw record of something that may keep the process alive or a file open. It is held weakly. */
export interface ResourceRecord<Owner> {
  /** Node's type of the async resource, or `FILESTREAM`. */
  readonly type: string
  readonly ref: WeakRef<object>
  readonly owner: Owner
  readonly createdMs: number
}

/** What stacks of resources may cost, by their sort: many of one do not use up what the others need. */
export interface ResourceBudgets {
  /** For timers that fire once, and immediates. */
  readonly timers: StackBudget
  /** For sockets and servers. */
  readonly connections: StackBudget
  /** For all else, intervals among them. */
  readonly resources: StackBudget
  /** For what only leads to resources. */
  readonly causes: StackBudget
}

/** What one test has started and may leave behind, shared by all scopes inside the test. */
export interface ResourceLog<Owner> {
  records: ResourceRecord<Owner>[]
  readonly budgets: ResourceBudgets
}
