import { images } from '../../../../support/docker/image-names.ts'
import { type Difference, inTwin, otherFile } from './difference.ts'

/** How times and texts are understood, and whom the process trusts. */
export const timeAndLanguage: readonly Difference[] = [
  {
    number: 28,
    rank: 'warn',
    what: 'another TZ',
    image: images.node,
    app: ['--env', 'TZ=Etc/UTC'],
    twin: ['--env', 'TZ=Europe/Zurich'],
  },
  {
    number: 28,
    rank: 'warn',
    what: 'another /etc/timezone',
    ...otherFile('/etc/timezone', 'UTC\n', 'CET\n'),
  },
  {
    number: 28,
    rank: 'warn',
    what: 'another /etc/localtime',
    ...otherFile('/etc/localtime', 'TZif2 of one zone', 'TZif2 of another'),
  },
  {
    number: 29,
    rank: 'warn',
    what: 'other time zone data',
    ...otherFile('/usr/share/zoneinfo/tzdata.zi', '# version 2026a\n', '# version 2026b\n'),
  },
  {
    number: 30,
    rank: 'warn',
    what: 'another LANG',
    image: images.node,
    app: ['--env', 'LANG=C.UTF-8'],
    twin: ['--env', 'LANG=de_CH.UTF-8'],
  },
  {
    number: 30,
    rank: 'warn',
    what: 'a locale that is installed',
    ...inTwin('mkdir', '-p', '/usr/lib/locale/de_CH.utf8'),
  },
  {
    number: 30,
    rank: 'warn',
    what: 'another archive of locales',
    ...otherFile('/usr/lib/locale/locale-archive', 'one', 'another'),
  },
  {
    number: 54,
    rank: 'warn',
    what: 'another bundle of certificate authorities',
    ...inTwin('sh', '-c', 'echo "# one more" >> /etc/ssl/certs/ca-certificates.crt'),
  },
  {
    number: 54,
    rank: 'warn',
    what: 'another file of certificate authorities',
    both: ['--env', 'NODE_EXTRA_CA_CERTS=/etc/company.pem'],
    ...otherFile('/etc/company.pem', 'one', 'another'),
  },
  { number: 54, rank: 'warn', what: 'SSL_CERT_FILE', twin: ['--env', 'SSL_CERT_FILE=/etc/company.pem'] },
]
