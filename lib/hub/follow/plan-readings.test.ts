import { expect, it } from 'vitest'
import { BackendError } from '../../backend/http'
import type { PlanBatch } from '../../run/observation'
import { PlanReadings } from './plan-readings'

/** Answers each reading when the test says so. */
function readings() {
  const answers: { spec: string; resolve: (batches: PlanBatch[]) => void; reject: (error: Error) => void }[] = []
  const plan = (spec: string) =>
    new Promise<PlanBatch[]>((resolve, reject) => void answers.push({ spec, resolve, reject }))
  return { plans: new PlanReadings({ plan }), answers }
}

const PLAN: PlanBatch[] = [{ id: 'a', name: 'a', dependsOn: [], completed: false, running: false, branch: null }]

it('[RUN-9.16] share what has just begun, and nothing of another spec', async () => {
  const { plans, answers } = readings()
  const read = ['s', 's', 't', 's'].map(spec => plans.shared(spec))
  expect(answers.map(({ spec }) => spec)).toEqual(['s', 't'])
  for (const { resolve } of answers) resolve(PLAN)
  expect(await Promise.all(read)).toEqual([PLAN, PLAN, PLAN, PLAN])
  void plans.shared('s')
  expect(answers).toHaveLength(3)
})

it('[RUN-9.16] share a failure, and the next one is another reading', async () => {
  const { plans, answers } = readings()
  const read = [plans.shared('s'), plans.shared('s')]
  answers[0]?.reject(new BackendError('timeout', 'no answer'))
  for (const each of read) await expect(each).rejects.toThrow('no answer')
  void plans.shared('s')
  expect(answers).toHaveLength(2)
})

it('[RUN-9.16] are not shared by who has to read the plan as it is now', () => {
  const { plans, answers } = readings()
  void plans.shared('s')
  void plans.read('s')
  void plans.shared('s')
  expect(answers).toHaveLength(2)
})
