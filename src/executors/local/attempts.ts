export { attachTo } from './attach.ts'
export { LocalExecution } from './local-execution.ts'
export { startSupervisor } from './start-supervisor.ts'
