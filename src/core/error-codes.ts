/** Every code that a user can meet, each with a page in `docs/errors/`. A code is never renamed or used again. */
export const errorCodes = [
  // What was typed
  'USAGE',
  'ENVIRONMENT_MISSING',
  'ENVIRONMENT_UNKNOWN',
  'SERVICE_AMBIGUOUS',
  'SERVICE_UNKNOWN',
  'TASK_UNKNOWN',
  'TASK_BROKEN',
  'PARAMETERS_INVALID',
  'PARAMETERS_UNREADABLE',
  'RUN_UNKNOWN',
  'RUN_AMBIGUOUS',
  'RUN_ENDED',
  'FILE_EXISTS',
  // The configuration
  'CONFIG_MISSING',
  'CONFIG_UNREADABLE',
  'CONFIG_INVALID',
  // The app
  'APP_NOT_RUNNING',
  'APP_NOT_THIS_ONE',
  'APP_UNREADABLE',
  'APP_RESTARTED',
  'RELEASES_MIXED',
  'RELEASE_SIDE_FAILED',
  'COMMAND_NOT_FOUND',
  'DATABASE_UNREACHABLE',
  'DATABASE_URL_UNKNOWN',
  // Gates
  'REASON_REQUIRED',
  'TASK_ALREADY_RUNNING',
  'NO_ROOM',
  'GATE_FAILED',
  // Attempts
  'ATTEMPT_NOT_STARTED',
  'ATTEMPT_UNREACHABLE',
  // The ledger
  'LEDGER_UNWRITABLE',
  'LEDGER_LOCKED',
  'LEDGER_CORRUPT',
  'LEDGER_CHAIN_BROKEN',
  'LEDGER_NEWER',
  // The machine
  'PLATFORM_UNSUPPORTED',
  'PACKAGE_MISSING',
] as const

export type ErrorCode = (typeof errorCodes)[number]
