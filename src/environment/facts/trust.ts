import type { Kind } from './kind.ts'

/** Whom it trusts, and when it thinks it is. */
export const trust: readonly Kind[] = [
  {
    number: 54,
    id: 'certificates',
    severity: 'warn',
    title: 'certificate authorities',
    harm: 'Connections that the app trusts are refused, or the other way round.',
    seen: 'compared',
    list: true,
    variables:
      /^(?:NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|AWS_CA_BUNDLE|GIT_SSL_CAINFO|NODE_TLS_REJECT_UNAUTHORIZED)$/,
    files: [
      {
        words:
          '/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem "$purser_env_NODE_EXTRA_CA_CERTS" "$purser_env_SSL_CERT_FILE"',
        by: 'digest',
      },
    ],
  },
  {
    number: 55,
    id: 'tls',
    severity: 'info',
    title: 'lowest TLS version, and FIPS',
    harm: 'A server that the app talks to is refused for its age, or for its ciphers.',
    seen: 'compared',
    awk: `
text = first("/proc/sys/crypto/fips_enabled")
say("tls:kernel-fips", text == "" ? "unknown" : text, "/proc/sys/crypto/fips_enabled")`,
    node: "({ lowest: require('tls').DEFAULT_MIN_VERSION, fips: String(require('crypto').getFips()) })",
  },
  {
    number: 56,
    id: 'clock',
    severity: 'info',
    title: 'clock',
    harm: 'Tokens are taken for expired, and rows get times that are not the database’s.',
    seen: 'recorded',
    remark: 'Containers on one machine share its clock.',
    awk: 'srand(); say("clock", srand(), "seconds since the epoch")',
  },
]
