import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { alignColumns } from '../../../bench/columns.ts'
import { type Combination, nameOf } from './combinations.ts'
import { type Expectation, readExpectations } from './expectations.ts'
import { judge } from './judge.ts'
import { LEFTOVER_RULES, pick } from './parts.ts'
import { type Run, runProject } from './run-project.ts'
import { PROJECT, type Sandbox } from './sandbox.ts'
import { type Rate, scoreOf, shareOf } from './score.ts'

/** The profiler beside Vitest's own `detectAsyncLeaks`, on what the tests of `test/leftovers` leave behind. */
export interface Comparison {
  name: string
  rows: { name: string; found: Rate; planted: Rate; line?: Rate; whose?: Rate }[]
  /** A line for each planted leftover, with whether Vitest's detector told of it, and for each other leak that it told. */
  told: string[]
}

/** One that Vitest printed: its file, and the lines of its stack as `file:line`. */
interface Leak {
  type: string
  file: string
  lines: string[]
}

const ONLY = 'leftovers/'

export async function compareWithLeakDetector(sandbox: Sandbox, combination: Combination): Promise<Comparison> {
  const expectations = readExpectations(PROJECT)
  const isLeftover = (rule: string): boolean => LEFTOVER_RULES.includes(rule)
  const outcome = judge(await runProject(sandbox, combination, { only: ONLY }), expectations, combination)
  const score = scoreOf(pick(outcome, isLeftover))
  const planted = expectations.filter(({ file, rules }) => file.includes(ONLY) && rules.every(isLeftover))
  // In the other files tests time out, or fail late: what is left of those is no false alarm.
  const leaks = readLeaks(await runProject(sandbox, combination, { only: ONLY, judge: 'leak-detector' })).filter(({ file }) =>
    planted.some((each) => each.file === file)
  )
  const isTold = (expectation: Expectation): boolean => leaks.some((leak) => isOf(expectation, leak))
  const others = leaks.filter((leak) => !planted.some((expectation) => isOf(expectation, leak) || isFrom(expectation, leak)))
  return {
    name: nameOf(combination),
    rows: [
      {
        name: `vitest-async-profiler, ${combination.backend}`,
        found: score.recall,
        planted: score.precision,
        line: score.line,
        whose: score.whose
      },
      {
        name: "Vitest's detectAsyncLeaks",
        found: { hits: planted.filter(isTold).length, of: planted.length },
        planted: { hits: leaks.length - others.length, of: leaks.length }
      }
    ],
    told: [
      ...planted.map(
        (expectation) => `${isTold(expectation) ? 'told' : 'not told'} ${expectation.number} ${expectation.key} ${expectation.file}`
      ),
      ...others.map(({ type, file, lines }) => `not planted ${type} ${file}: ${lines.join(', ')}`)
    ]
  }
}

/** In favour of the detector: any line of the stack will do, and it need not say whose it was. */
function isOf({ file, lines }: Expectation, leak: Leak): boolean {
  return leak.file === file && leak.lines.some((line) => lines.includes(line))
}

/** Not told by its line, but no false alarm either: it comes from the body of a faulty test. */
function isFrom({ file, test }: Expectation, leak: Leak): boolean {
  if (leak.file !== file || test === undefined) return false
  const source = readFileSync(join(PROJECT, file), 'utf8').split('\n')
  return leak.lines.some((place) => {
    const [path, line] = place.split(':')
    const title =
      path === file &&
      source
        .slice(0, Number(line))
        .findLast((text) => TEST.test(text))
        ?.match(TEST)?.[2]
    return title && test.endsWith(title)
  })
}

const TEST = /^ *(?:test|base)\S*?\((['"])(.+?)\1, /

function readLeaks({ output }: Run): Leak[] {
  const [, printed = ''] = output.split(/Async Leaks \d+/)
  const parts = printed.split(/^(\S+) leaking in (.+)$/m).slice(1)
  return Array.from({ length: parts.length / 3 }, (_, index) => {
    const [type = '', file = '', stack = ''] = parts.slice(index * 3)
    return { type, file, lines: [...stack.matchAll(/^ *❯ (?:.* )?(\S+:\d+):\d+$/gm)].map(([, line]) => line!) }
  })
}

export function formatComparison({ name, rows }: Comparison): string {
  const head = [name, 'found', 'of its findings, planted', 'right line', 'right test and request']
  return alignColumns(
    [head, ...rows.map(({ name, found, planted, line, whose }) => [name, partOf(found), partOf(planted), percent(line), percent(whose)])],
    1
  )
}

const partOf = ({ hits, of }: Rate): string => `${hits} of ${of}`

/** Nothing to say: it does not tell, or is found by it only. */
const percent = (rate: Rate | undefined): string => (rate === undefined ? '–' : `${(shareOf(rate) * 100).toFixed(1)} %`)
