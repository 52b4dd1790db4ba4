import type { Finding } from '../model/finding.ts'
import type { BudgetVerdict, Report } from '../model/report.ts'
import { errorsFirst } from './finding-groups.ts'

/** A report sorted by what a reader has to do about it. */
export interface ReportParts {
  /** To mend. Those that a budget below tells are left out. */
  found: Finding[]
  over: OverBudget[]
  inconclusive: Finding[]
  /** Budgets without a verdict that no inconclusive finding tells of. */
  undecided: BudgetVerdict[]
  /** Over a threshold, but hardly by the user's doing: no finding tells of them. */
  counted: { stolen: number; doubtful: number }
  allowed: number
  known: number
  budgets: { within: number; all: number }
}

/** The verdict has the numbers, its finding the severity and the way out: one cause is told once. */
export interface OverBudget {
  verdict: BudgetVerdict
  finding?: Finding
}

export function sortParts({ findings, budgets, counted: { stolen = 0, doubtful = 0 } = { leftovers: 0 } }: Report): ReportParts {
  const isNew = findings.filter(({ status }) => status === 'new')
  const inconclusive = isNew.filter(isInconclusive)
  const over = budgets.filter(({ verdict }) => verdict === 'over')
  return {
    found: isNew.filter((finding) => !isInconclusive(finding) && !over.some((verdict) => tells(verdict, finding))),
    over: over.flatMap((verdict) => toOverBudget(verdict, findings)),
    inconclusive,
    undecided: budgets.filter((budget) => budget.verdict === 'inconclusive' && !inconclusive.some((finding) => tells(budget, finding))),
    counted: { stolen, doubtful },
    allowed: findings.filter(({ status }) => status === 'allowed').length,
    known: findings.filter(({ status }) => status === 'known').length,
    budgets: { within: budgets.filter(({ verdict }) => verdict === 'within').length, all: budgets.length }
  }
}

export function isInconclusive({ confidence }: Finding): boolean {
  return confidence === 'inconclusive'
}

/** A budget over which every finding is allowed or known is settled: it is in their count. */
function toOverBudget(verdict: BudgetVerdict, findings: Finding[]): OverBudget[] {
  const told = findings.filter((finding) => tells(verdict, finding))
  const [finding] = told.filter(({ status }) => status === 'new').toSorted(errorsFirst)
  if (finding) return [{ verdict, finding }]
  return told.length > 0 ? [] : [{ verdict }]
}

function tells({ budget, scope }: BudgetVerdict, { rule, file, test, request, message }: Finding): boolean {
  if (rule !== 'lag-budget') return false
  if (scope.test !== test?.name) return false
  if (scope.file !== undefined && scope.file !== file) return false
  if (scope.request !== undefined && !(request && scope.request.includes(request.url))) return false
  // A test may be over two of its budgets: the message says which one is meant, where it names any.
  return message.includes(budget) || !BUDGET_NAME.test(message)
}

const BUDGET_NAME = /\b(maxLag|p99Lag|blockingCalls|totalBlocking|syncCalls|leaks)\b/
