import { describe, expect, it } from 'vitest'
import { agreeing, describeDifference, differenceIn, obstacleIn } from './differences.ts'

const begin = "QueueDeclare: PRECONDITION_FAILED - inequivalent arg '"
const where = "for queue 'but current is' in vhost '/'"

describe('what RabbitMQ objects to', () => {
  it.each([
    [`durable' ${where}: received 'true' but current is 'false'`, 'durable', false],
    [`auto_delete' ${where}: received 'false' but current is 'true'`, 'auto_delete', true],
    [
      `x-queue-type' ${where}: received the value 'quorum' of type 'longstr' but current is none`,
      'x-queue-type',
      undefined,
    ],
    [`x-queue-type' ${where}: received 'quorum' but current is 'classic'`, 'x-queue-type', 'classic'],
    [
      `x-delivery-limit' ${where}: received none but current is the value '5' of type 'byte'`,
      'x-delivery-limit',
      5,
    ],
    [
      `x-dead-letter-exchange' ${where}: received none but current is the value '' of type 'longstr'`,
      'x-dead-letter-exchange',
      '',
    ],
    [
      `x-single-active-consumer' ${where}: received none but current is the value 'true' of type 'bool'`,
      'x-single-active-consumer',
      true,
    ],
  ])('is found in: %s', (sentence, name, value) => {
    const difference = differenceIn(begin + sentence)
    expect(difference).toEqual({ name, value })
  })

  it.each(['', 'no queue', `${begin}x-expires' for queue 'aaa`, `${begin}x' for queue 'a': current is 'b`])(
    'is not found in: %s',
    (sentence) => {
      expect(differenceIn(sentence)).toBeUndefined()
    },
  )

  it('is agreed to, and nothing else', () => {
    const declaration = {
      durable: true,
      autoDelete: false,
      arguments: { 'x-queue-type': 'quorum', 'x-a': 1 },
    }
    expect(agreeing(declaration, { name: 'durable', value: false })).toEqual({
      ...declaration,
      durable: false,
    })
    expect(agreeing(declaration, { name: 'auto_delete', value: true }).autoDelete).toBe(true)
    expect(agreeing(declaration, { name: 'x-a', value: undefined }).arguments).toEqual({
      'x-queue-type': 'quorum',
    })
    expect(agreeing(declaration, { name: 'x-b', value: 2 }).arguments).toMatchObject({ 'x-a': 1, 'x-b': 2 })
  })

  it('has a sentence, known or not', () => {
    expect(describeDifference({ name: 'x-delivery-limit', value: undefined })).toMatch(/RabbitMQ's own/)
    expect(describeDifference({ name: 'x-delivery-limit', value: -1 })).toMatch(
      /more than 0 times is dropped/,
    )
    expect(describeDifference({ name: 'x-new', value: 7 })).toBe('it has x-new 7')
    expect(describeDifference({ name: 'x-new', value: undefined })).toBe('it has no x-new')
  })

  it('is an obstacle only where the queue can not serve', () => {
    expect(obstacleIn({ name: 'auto_delete', value: true })).toBeDefined()
    expect(obstacleIn({ name: 'x-queue-type', value: 'stream' })).toBeDefined()
    expect(obstacleIn({ name: 'x-queue-type', value: 'classic' })).toBeUndefined()
  })
})
