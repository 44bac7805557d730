// RFC 3454: what is mapped to nothing (B.1), spaces that are not ASCII's (C.1.2), what may not be (C.2 to C.9).
const nothing = /\u00ad|\u034f|\u1806|\u180b|\u180c|\u180d|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu
const spaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu
const prohibited = [
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}]/u,
  /\u0340|\u0341|\u06dd|\u070f|\u180e/u,
  /[\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufff9-\ufffd]/u,
  /[\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u,
]

/**
 * A password as both sides of SCRAM take it (RFC 4013): what looks alike is the same. One that may not be prepared is
 * taken as it is, as PostgreSQL does.
 */
export function saslprep(password: string): string {
  const prepared = password.replace(spaces, ' ').replace(nothing, '').normalize('NFKC')
  return prepared === '' || prohibited.some((signs) => signs.test(prepared)) ? password : prepared
}
