import type { Kind } from './kind.ts'

/** What the app’s own code is told of its surroundings. */
export const app: readonly Kind[] = [
  {
    number: 70,
    id: 'queues-and-caches',
    severity: 'warn',
    title: 'queues, caches and buckets',
    harm: 'Messages go to other workers, caches go stale, files land in another bucket.',
    seen: 'compared',
    remark: 'By the variables that name them.',
    variables:
      /^(?:\w*(?:REDIS|VALKEY|AMQP|RABBITMQ|KAFKA|NATS|MEMCACHED?|MEMCACHIER|SQS|SNS|PUBSUB|ELASTICSEARCH|OPENSEARCH|MEILISEARCH|ALGOLIA)\w*(?:URLS?|URI|HOSTS?|PORT|DB|PREFIX|NAMESPACE|VHOST|BROKERS?|SERVERS?|TOPIC|QUEUE|NAME|ARN|INDEX)|(?:REDIS|KAFKA|MEMCACHE)\w*|\w*(?:BUCKET|QUEUE)(?:_(?:NAME|URL|PREFIX|ARN))?|CACHE_(?:URL|PREFIX|NAMESPACE)|QUEUE_PREFIX)$/,
  },
  {
    number: 71,
    id: 'driver-settings',
    severity: 'info',
    title: 'settings of the database driver',
    harm: 'Pools, encryption and repetition of statements are other ones.',
    seen: 'compared',
    remark: 'By variables; what the code sets is in the client’s own memory.',
    variables:
      /^(?:PG(?:APPNAME|SSLMODE|SSLROOTCERT|CONNECT_TIMEOUT|OPTIONS|TARGETSESSIONATTRS)|(?:DB|DATABASE)_(?:POOL(?:_\w+)?|MAX_CONNECTIONS|SSL(?:_?MODE)?|TIMEOUT|LOGGING)|RAILS_MAX_THREADS|PRISMA_\w+|TYPEORM_(?:LOGGING|POOL_SIZE))$/,
  },
  {
    number: 72,
    id: 'observability',
    severity: 'info',
    title: 'logs, traces and error reports',
    harm: 'What the task does is missing where people look for it, or is mixed with what users do.',
    seen: 'compared',
    remark: 'By variables. A run’s output goes to Purser and not to the app’s log driver.',
    variables:
      /^(?:(?:\w+_)?LOG_?LEVEL|LOG_(?:FORMAT|FILE|TO_STDOUT)|RUST_LOG|DEBUG|VERBOSE|OTEL_\w+|SENTRY_\w+|BUGSNAG_\w+|ROLLBAR_\w+|HONEYBADGER_\w+|AIRBRAKE_\w+|DD_\w+|DATADOG_\w+|NEW_RELIC_\w+|APPSIGNAL_\w+|ELASTIC_APM_\w+|HONEYCOMB_\w+|STATSD_\w+|JAEGER_\w+|LOGTAIL_\w+|PAPERTRAIL_\w+|AWS_XRAY_\w+)$/,
  },
]
