import type { Kind } from './kind.ts'

/** How times and texts are understood. */
export const timeAndLanguage: readonly Kind[] = [
  {
    number: 28,
    id: 'timezone',
    severity: 'warn',
    title: 'time zone',
    harm: 'Days begin at another hour: rows fall on the wrong date.',
    seen: 'compared',
    list: true,
    variables: /^TZ$/,
    sh: `
purser_zone=
[ -r /etc/timezone ] && read -r purser_zone < /etc/timezone
[ -z "$purser_zone" ] || purser_say timezone:/etc/timezone "$purser_zone" /etc/timezone`,
    files: [{ words: '/etc/localtime', by: 'digest' }],
    node: '({ node: Intl.DateTimeFormat().resolvedOptions().timeZone })',
  },
  {
    number: 29,
    id: 'tzdata',
    severity: 'warn',
    title: 'version of the time zone data',
    harm: 'Local times around a change of the rules are off by an hour.',
    seen: 'compared',
    sh: `
purser_version=
[ -r /usr/share/zoneinfo/tzdata.zi ] && read -r purser_version < /usr/share/zoneinfo/tzdata.zi
purser_say tzdata:system "\${purser_version:-none}" /usr/share/zoneinfo/tzdata.zi`,
    node: "({ node: process.versions.tz || 'none' })",
  },
  {
    number: 30,
    id: 'locale',
    severity: 'warn',
    title: 'locale and order of texts',
    harm: 'Texts are sorted, compared and upper-cased in another way, and numbers and dates read in another.',
    seen: 'compared',
    variables: /^(?:LANG|LANGUAGE|LC_[A-Z]+|NLS_LANG|PGCLIENTENCODING|PYTHONIOENCODING|PYTHONUTF8)$/,
    sh: `
purser_locales=
for purser_file in /usr/lib/locale/*; do
  [ -e "$purser_file" ] && purser_locales="$purser_locales \${purser_file##*/}"
done
[ -n "$purser_locales" ] || purser_locales=' none'
purser_say locale:installed "\${purser_locales# }" /usr/lib/locale`,
    files: [{ words: '/usr/lib/locale/locale-archive', by: 'identity' }],
    node: `({
  collator: Intl.Collator().resolvedOptions().locale,
  order: ['z', 'a', 'Z', 'A', 'ä', 'é', 'o', 'ö', '1', '10', '2', '_'].sort(Intl.Collator().compare).join(' '),
})`,
  },
]
