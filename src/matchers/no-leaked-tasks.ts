import { settingsOf } from '../analysis/rules/catalog.ts'
import { findLeftovers } from '../analysis/rules/find.ts'
import type { MeasuredSubject } from '../model/measured.ts'
import type { Location } from '../model/place.ts'
import { notMeasured, type Outcome } from './subject.ts'
import { placeText, plural } from './text.ts'

export function noLeakedTasks({ profile, leftovers, passedOver }: MeasuredSubject): Outcome {
  const left = findLeftovers({ ...leftovers(), rejected: [] }, { file: '', rules: ALL, blockingThreshold: 0 })
  const count = left.reduce((sum, { occurrences }) => sum + occurrences, 0)
  if (count === 0 && passedOver > 0) {
    throw notMeasured(
      `toHaveNoLeakedTasks() found nothing, but could not look at ${passedOver} promises and resources`,
      'name it in the test file itself, where more of them are looked at, or measure less at once'
    )
  }
  const { name } = profile.scope
  const describe = ({ message, location, hint }: { message: string; location?: Location; hint: string }): string =>
    `  ${message.replace(/ after its (?:test|file)/, '')}  ${placeText(location)}\n          ${hint}`
  return {
    pass: count === 0,
    expected: `Expected ${name} to leave nothing behind`,
    expectedNot: `Expected ${name} to leave something behind`,
    received:
      count === 0 ? 'Received nothing' : `Received ${plural(count, 'leftover')}\n\n${left.slice(0, MAX_SHOWN).map(describe).join('\n\n')}`
  }
}

const MAX_SHOWN = 5

/** Asked for by name, they count whatever the rules say. */
const ALL = settingsOf(({ standsOn, failedByVitest }) => (standsOn === 'leftovers' && failedByVitest === undefined ? 'warn' : 'off'))
