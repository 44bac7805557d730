import { failedWith, PurserError } from '../../core/errors.ts'

/** Loads the app's own `rabbitmq-client`, or ours beside it. Throws `PACKAGE_MISSING`. */
export async function loadDriver(): Promise<Pick<typeof import('rabbitmq-client'), 'Connection'>> {
  try {
    return await import('rabbitmq-client')
  } catch (error) {
    if (!failedWith(error, 'ERR_MODULE_NOT_FOUND')) throw error
    throw new PurserError('PACKAGE_MISSING', {
      message: 'The package "rabbitmq-client", through which purser talks to RabbitMQ, is not installed.',
      remedy: 'Install it beside purser: `npm install rabbitmq-client`.',
      cause: error,
    })
  }
}
