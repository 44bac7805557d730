import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { message } from '../protocol/write.ts'
import { Conversation } from './conversation.ts'

const ready = message('Z', Buffer.from('I'))

it('forgets who waited for rows to be read, once there will be none', async () => {
  const server = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() })
  const conversation = new Conversation(new Socket(), server)
  let looks = 0
  const look = () => {
    looks += 1
    return false
  }
  Object.defineProperty(conversation, 'isCopyingIn', { get: look, set() {} })
  for (let series = 0; series < 100; series += 1) {
    conversation.send(message('S'), { owed: 'sync', receiver: { readsRows: false, take: () => false } })
    const answered = conversation.quiet()
    const waited = conversation.copying(answered)
    conversation.push(ready)
    await waited
  }
  looks = 0
  conversation.send(message('S'), { owed: 'sync', receiver: { readsRows: false, take: () => false } })
  conversation.push(ready)
  await conversation.quiet()
  expect(looks).toBe(0)
})
