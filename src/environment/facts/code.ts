import type { Kind } from './kind.ts'

/** Which code runs, and whether all of the app runs it. */
export const code: readonly Kind[] = [
  {
    number: 1,
    id: 'code-revision',
    severity: 'block',
    title: 'code revision',
    harm: 'The task works on live data with code that is not serving.',
    seen: 'compared',
    list: true,
    sh: `
purser_revision=
[ -r ./REVISION ] && read -r purser_revision < ./REVISION
[ -z "$purser_revision" ] || purser_say code-revision:REVISION "$purser_revision" REVISION
purser_revision=
[ -r ./.git/HEAD ] && read -r purser_revision < ./.git/HEAD
case $purser_revision in
'ref: '*)
  purser_ref=./.git/\${purser_revision#ref: }
  [ -r "$purser_ref" ] && read -r purser_revision < "$purser_ref" ;;
esac
[ -z "$purser_revision" ] || purser_say code-revision:.git "$purser_revision" .git/HEAD`,
    files: [{ words: './release.json', by: 'digest' }],
  },
  {
    number: 2,
    id: 'image',
    severity: 'block',
    title: 'image',
    harm: 'The task runs in another build than the app: other code, other packages, other system libraries.',
    seen: 'compared',
  },
  {
    number: 3,
    id: 'moved-tag',
    severity: 'block',
    title: 'tag that has moved',
    harm: 'The same tag names another image by now, so that the task runs what has not been deployed.',
    seen: 'compared',
    remark: 'Reported in the place of 2 where both were made from the same reference.',
  },
  {
    number: 5,
    id: 'mixed-releases',
    severity: 'block',
    title: 'mixed releases',
    harm: 'The app serves two releases at once, and which one the task should match is anybody’s guess.',
    seen: 'compared',
    remark: 'The app’s containers with each other, before a run is begun.',
  },
  {
    number: 6,
    id: 'deploy-in-progress',
    severity: 'block',
    title: 'deploy in progress',
    harm: 'The release that the task starts from may be replaced while it works.',
    seen: 'compared',
    remark: 'By the app’s containers that are made or start, before a run is begun.',
  },
  {
    number: 7,
    id: 'writable-layer',
    severity: 'info',
    title: 'changes in the writable layer',
    harm: 'Files that somebody changed in the app’s container are not there for the task.',
    seen: 'recorded',
    remark: 'An app at work writes caches and pid files there, which no twin has.',
  },
]
