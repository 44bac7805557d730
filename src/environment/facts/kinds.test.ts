import { describe, expect, it } from 'vitest'
import { kinds } from './index.ts'
import type { Severity } from './kind.ts'

/** The ranking, number by number. */
const severities: Readonly<Record<Severity, readonly number[]>> = {
  block: [1, 2, 3, 5, 6, 21, 22, 23, 24, 57, 59, 62, 63, 64, 65],
  warn: [
    10, 11, 12, 13, 14, 15, 16, 28, 29, 30, 33, 39, 40, 41, 45, 49, 50, 51, 52, 53, 54, 66, 67, 68, 69, 70,
  ],
  info: [
    4, 7, 8, 9, 17, 18, 19, 20, 25, 26, 27, 31, 32, 34, 35, 36, 37, 38, 42, 43, 44, 46, 47, 48, 55, 56, 58,
    60, 61, 71, 72,
  ],
}

/** Names of variables, and the number of the kind that claims them. */
const claims: Readonly<Record<number, string>> = {
  12: 'NODE_OPTIONS PYTHONPATH RUBYOPT JAVA_TOOL_OPTIONS',
  13: 'NODE_ENV RAILS_ENV RACK_ENV APP_ENV DJANGO_SETTINGS_MODULE',
  28: 'TZ',
  30: 'LANG LANGUAGE LC_ALL LC_COLLATE',
  35: 'HOME USER LOGNAME SHELL',
  48: 'HOSTNAME',
  52: 'HTTP_PROXY https_proxy NO_PROXY no_proxy ALL_PROXY',
  54: 'NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE',
  57: 'AWS_ROLE_ARN AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_WEB_IDENTITY_TOKEN_FILE GOOGLE_APPLICATION_CREDENTIALS',
  59: 'AWS_REGION AWS_DEFAULT_REGION GOOGLE_CLOUD_PROJECT GCLOUD_PROJECT AZURE_SUBSCRIPTION_ID',
  61: 'KMS_KEY_ID APP_KMS_KEY_ARN',
  70: 'REDIS_URL AMQP_URL RABBITMQ_URL CLOUDAMQP_URL SQS_QUEUE_URL S3_BUCKET UPLOADS_BUCKET KAFKA_BROKERS MEMCACHED_SERVERS CACHE_PREFIX',
  71: 'PGSSLMODE DB_POOL PGAPPNAME',
  72: 'LOG_LEVEL OTEL_EXPORTER_OTLP_ENDPOINT SENTRY_DSN DD_AGENT_HOST NEW_RELIC_LICENSE_KEY',
}

const unclaimed = [
  'DATABASE_URL',
  'SECRET_KEY_BASE',
  'STRIPE_SECRET_KEY',
  'PORT',
  'PATH',
  'PGHOST',
  'ENVIRONMENTAL_FEE',
  'HOMEPAGE',
  'BUCKETS_OF_FISH',
]

describe('the kinds', () => {
  it('are 72, in the order of their numbers', () => {
    expect(kinds.map(({ number }) => number)).toEqual(Array.from({ length: 72 }, (_, at) => at + 1))
  })

  it('are ranked', () => {
    const ranked = (severity: Severity) =>
      kinds.filter((kind) => kind.severity === severity).map(({ number }) => number)
    expect({ block: ranked('block'), warn: ranked('warn'), info: ranked('info') }).toEqual(severities)
  })

  it('have ids of their own', () => {
    expect(new Set(kinds.map(({ id }) => id)).size).toBe(72)
    expect(kinds.filter(({ id }) => !/^[a-z]+(?:-[a-z]+)*$/.test(id))).toEqual([])
    expect(kinds.map(({ id }) => id)).not.toContain('variables')
  })

  it('say in one sentence what a difference does to people', () => {
    expect(kinds.filter(({ harm }) => !/^[A-Z][^.]+\.$/.test(harm)).map(({ harm }) => harm)).toEqual([])
  })

  it('say why where they are not compared', () => {
    const silent = kinds.filter(({ seen, remark }) => seen !== 'compared' && remark === undefined)
    expect(silent.map(({ id }) => id)).toEqual([])
    expect(kinds.filter(({ remark }) => remark !== undefined && !/^.+\.$/s.test(remark))).toEqual([])
  })

  it('are compared where they block or warn', () => {
    const only = kinds.filter(({ severity, seen }) => severity !== 'info' && seen !== 'compared')
    expect(only.map(({ id }) => id)).toEqual([])
  })
})

describe('a variable', () => {
  const claimants = (name: string) =>
    kinds.filter(({ variables }) => variables?.test(name)).map(({ number }) => number)

  it.each(
    Object.entries(claims).flatMap(([number, names]) =>
      names.split(' ').map((name) => [name, Number(number)] as const),
    ),
  )('%s belongs to kind %i and to no other', (name, number) => {
    expect(claimants(name)).toEqual([number])
  })

  it.each(unclaimed)('%s belongs to no other kind', (name) => {
    expect(claimants(name)).toEqual([])
  })
})
