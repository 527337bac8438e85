'use client'

import Link from 'next/link'
import { useEffect, useState } from 'react'
import type { Answer, SpecPlan } from '../../api'
import { specPlan } from '../../late-api'
import { runPath } from '../../paths'
import { startOutlook } from '../../start-outlook'
import { Name, Prose } from '../outside'
import styles from './start-outlook.module.css'

/** Says before a start what it will do: how much of the plan is completed already, and which run is live [START-1]. */
export function StartOutlook({ spec, site, dryRun }: { spec: string; site: string | undefined; dryRun: boolean }) {
  const [plan, setPlan] = useState<Answer<SpecPlan> | null>(null)
  useEffect(() => {
    let left = false
    void specPlan(spec, site).then(answer => {
      if (!left) setPlan(answer)
    })
    return () => {
      left = true
    }
  }, [spec, site])

  return (
    <div className={styles.outlook} role="status" data-testid="start-outlook">
      {plan === null ? <p>Reading the plan of this spec…</p> : <PlanOutlook plan={plan} site={site} dryRun={dryRun} />}
    </div>
  )
}

/** Describes a start, from the answer about the plan. */
export function PlanOutlook({
  plan,
  site,
  dryRun,
}: {
  plan: Answer<SpecPlan>
  site?: string | undefined
  dryRun: boolean
}) {
  if (!plan.ok) {
    return (
      <p>
        How much of its plan is completed can’t be told. <Prose text={plan.error} />
      </p>
    )
  }
  return (
    <>
      <p>{startOutlook(plan.value, dryRun)}</p>
      {plan.value.runs.map(runId => (
        <p key={runId}>
          Another run of this spec is under way:{' '}
          <Link href={runPath({ runId, ...(site !== undefined && { site }) })}>
            <Name text={runId} />
          </Link>
          . Two runs share one plan and one work tree, and may make each other fail.
        </p>
      ))}
    </>
  )
}
