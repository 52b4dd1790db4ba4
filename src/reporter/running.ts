import { PLUGIN_NAME } from '../config/entry-files.ts'
import { VERSION } from '../config/version.ts'
import { COPY } from '../protocol/worker-config.ts'
import type AsyncProfilerReporter from '../reporter.ts'

/** The reporter of the run, whichever copy it is of: two would tell all things twice. */
export function runningReporter(reporters: readonly unknown[]): AsyncProfilerReporter | undefined {
  const running = reporters.find((each): each is AsyncProfilerReporter => typeof each === 'object' && each !== null && COPY in each)
  if (running !== undefined && running[COPY] !== VERSION) {
    const both = [running[COPY], VERSION].toSorted().join(' and ')
    running.notices.add(`two versions of ${PLUGIN_NAME} run, ${both}, so that some findings may be lost: install one of them everywhere`)
  }
  return running
}
