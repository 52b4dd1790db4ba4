// Taken at load: tests replace them, and count the calls.
const { defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect

type Setting = 'stackTraceLimit' | 'prepareStackTrace'

/**
 * Runs `read` while a setting of `Error` has another value, and puts back what was there, absent ones and accessors too;
 * an accessor is not called.
 * @returns nothing where the setting cannot be changed: tests freeze `Error`
 */
export function withErrorSetting<T>(key: Setting, value: unknown, read: () => T): T | undefined {
  const before = getOwnPropertyDescriptor(Error, key)
  // Ten times as fast as a definition, and this runs for each promise.
  if (before?.writable === true) {
    const settings = Error as unknown as Record<Setting, unknown>
    try {
      settings[key] = value
      return read()
    } finally {
      settings[key] = before.value
    }
  }
  if (!defineProperty(Error, key, { value, writable: true, configurable: true, enumerable: true })) return undefined
  try {
    return read()
  } finally {
    if (before === undefined) deleteProperty(Error, key)
    else defineProperty(Error, key, before)
  }
}
