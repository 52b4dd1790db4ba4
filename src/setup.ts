// `.js`: the build leaves this import as it is, so that Node loads the worker as one file (see tsdown.config.ts).
import { install } from './worker.js'

install()
