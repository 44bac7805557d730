interface Others<Seen> {
  stop(): Promise<Seen>
}

/** Does something while others are at work, and tells what they have seen. They are stopped whatever becomes of it. */
export async function meanwhile<Seen>(others: Others<Seen>, act: () => Promise<unknown>): Promise<Seen> {
  try {
    await act()
  } catch (error) {
    await others.stop().catch(() => {}) // what went wrong first is told
    throw error
  }
  return await others.stop()
}
