import { PurserError } from '../../../core/errors.ts'

/** The engine answered, and the answer is no. */
export class EngineError extends PurserError {
  /** As in HTTP: 404 there is no such thing, 409 it is in a state that does not allow it, 500 the engine's own trouble. */
  readonly status: number

  constructor(status: number, { message, remedy }: { readonly message: string; readonly remedy: string }) {
    super('ENGINE_REFUSED', { message, remedy })
    this.status = status
  }
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): error is EngineError {
  return error instanceof EngineError && statuses.includes(error.status)
}

/** Whether the engine has no such container, image, exec … */
export function isNotFound(error: unknown): error is EngineError {
  return hasStatus(error, 404)
}

/** An engine's refusal in its own words. The query and the body are left out: they may hold what is secret. */
export function refusal(
  where: string,
  request: { readonly method: string; readonly path: string },
  status: number,
  answer: string,
): EngineError {
  const words = wordsOf(answer)
  return new EngineError(status, {
    message: `The Docker Engine at ${where} answered ${request.method} ${request.path} with ${status}${words === '' ? '' : `: ${words}`}.`,
    remedy:
      status >= 500
        ? "The engine's log may say more: `journalctl -u docker`, or the diagnostics of Docker Desktop."
        : 'What it says is the cause: `docker ps -a`, `docker images` and `docker inspect` show what there is.',
  })
}

const mostWords = 1_000

/** What an answer says, for a sentence: its JSON's `message`, else its text. */
export function wordsOf(answer: string): string {
  return messageOf(answer).slice(0, mostWords).trim().replace(/\.$/, '')
}

function messageOf(answer: string): string {
  try {
    const parsed: unknown = JSON.parse(answer)
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message)
  } catch {
    // a proxy's page, or an old engine's plain text
  }
  return answer
}
