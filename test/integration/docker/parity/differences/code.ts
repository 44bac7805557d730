import { docker } from '../../../../support/docker/docker.ts'
import { images } from '../../../../support/docker/image-names.ts'
import { imageWith } from '../../../../support/docker/images.ts'
import { type Difference, otherFile, ownName } from './difference.ts'

const revision = 'org.opencontainers.image.revision'
const movedTag = ownName('moved')
const otherBuild = () => imageWith(images.busybox, ['LABEL build=2'])

/** Which code runs, and by which runtime it was started. */
export const code: readonly Difference[] = [
  {
    number: 1,
    rank: 'block',
    what: 'the label of another revision',
    app: ['--label', `${revision}=1f4a9b`],
    twin: ['--label', `${revision}=27c0de`],
  },
  {
    number: 1,
    rank: 'block',
    what: 'a file with another revision',
    ...otherFile('/app/REVISION', '1f4a9b\n', '27c0de\n'),
  },
  {
    number: 1,
    rank: 'block',
    what: 'another branch in .git',
    prepare: (container) => container.exec('mkdir', '-p', '/app/.git/refs/heads'),
    change: async (twin, app) => {
      await app.exec('sh', '-c', 'echo ref: refs/heads/main > .git/HEAD; echo 1f4a9b > .git/refs/heads/main')
      await twin.exec('sh', '-c', 'echo ref: refs/heads/next > .git/HEAD; echo 27c0de > .git/refs/heads/next')
    },
  },
  {
    number: 1,
    rank: 'block',
    what: 'another release.json',
    ...otherFile('/app/release.json', '{"revision":"1f4a9b"}', '{"revision":"27c0de"}'),
  },
  { number: 2, rank: 'block', what: 'an image that differs in a label alone', twinImage: otherBuild },
  {
    number: 3,
    rank: 'block',
    what: 'a tag that has moved since',
    needs: async () => {
      await docker('tag', images.busybox, movedTag)
      return { [Symbol.asyncDispose]: async () => void (await docker('rmi', movedTag)) }
    },
    image: movedTag,
    between: async () => docker('tag', await otherBuild(), movedTag),
  },
  { number: 8, rank: 'info', what: 'an init', twin: ['--init'] },
]
