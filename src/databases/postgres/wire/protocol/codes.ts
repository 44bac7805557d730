// What the first packet of a connection may be instead of a start (PostgreSQL's manual, "Message Formats").
export const sslRequest = 80_877_103
export const gssRequest = 80_877_104
export const cancelRequest = 80_877_102

/** Version 3.0 of the protocol, which every server and client speaks. */
export const version3 = 3 << 16

/** Kinds of authentication that a server asks for. */
export const authentication = {
  ok: 0,
  cleartext: 3,
  md5: 5,
  sasl: 10,
  saslContinue: 11,
  saslFinal: 12,
} as const

/** By which a client says that it leaves. */
export const terminate: Uint8Array = Uint8Array.of(0x58, 0, 0, 0, 4)
