/** What is used of Vitest here. */
interface VitestLike {
  version: string
  config: { outputFile?: string | Record<string, string> }
}
interface ReporterLike {
  options?: { outputFile?: string; stdout?: boolean }
}

/** Reporters whose output other programs read, with their names in `outputFile`. */
const TO_FILE_OR_STDOUT: Record<string, string> = { JsonReporter: 'json', JUnitReporter: 'junit' }
const TO_STDOUT = new Set(['TapReporter', 'TapFlatReporter'])

/**
 * Whether a machine-readable reporter writes to standard output, where our summary would break it. TAP always goes there;
 * JSON and JUnit without a file do on Vitest 4, on 5 they go to `.vitest/`.
 */
export function ownsStdout(vitest: VitestLike): boolean {
  const { reporters } = vitest as unknown as { reporters: ReporterLike[] }
  return reporters.some((reporter) => {
    const kind = reporter.constructor.name
    if (TO_STDOUT.has(kind)) return true
    const name = TO_FILE_OR_STDOUT[kind]
    if (reporter.options?.stdout === true) return true
    return name !== undefined && vitest.version.startsWith('4.') && !hasFile(reporter, vitest.config.outputFile, name)
  })
}

function hasFile({ options }: ReporterLike, outputFile: VitestLike['config']['outputFile'], name: string): boolean {
  if (options?.outputFile !== undefined) return true
  return typeof outputFile === 'object' ? outputFile[name] !== undefined : outputFile !== undefined
}
