/** Runs one check now, and answers when it is done: what it repaired, and what it left to its webhook. */
export default defineAdminHandler(async (event): Promise<{ repaired: number, left: number, running: boolean }> => {
  await limitUser(event, 'clerk')
  const checked = await checkNow()
  return { repaired: checked?.repairs.length ?? 0, left: checked?.left ?? 0, running: checked === null }
})
