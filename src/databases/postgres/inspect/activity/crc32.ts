/** CRC-32 (ISO 3309) of a text in UTF-8, unsigned. Node's own is not in every release that purser runs on. */
export function crc32(text: string): number {
  let checksum = ~0
  for (const byte of Buffer.from(text)) {
    checksum ^= byte
    for (let bit = 0; bit < 8; bit += 1) checksum = (checksum >>> 1) ^ (checksum & 1 ? 0xedb88320 : 0)
  }
  return ~checksum >>> 0
}
