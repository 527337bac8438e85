import type { Observation, MessageClaim } from '../observation'
import { masked, type SecretMask } from './secrets'

/**
 * Masks the secrets in the free texts of an observation: a message's line, and errors [SAFE-4]. Ids, names and branches stay
 * unchanged, because they must match exactly [RUN-3].
 * @param lines remembers, from message to message of a connection, a secret that is cut between lines, such as a private key
 */
export function maskedObservation(observation: Observation, lines: SecretMask): Observation {
  switch (observation.kind) {
    case 'opened':
      // Each connection brings the run's messages from the first one.
      lines.reset()
      return observation
    case 'message': {
      const text = lines.mask(observation.text)
      const says = maskedClaim(observation.says)
      const isSame = text === observation.text && says === observation.says
      return isSame ? observation : { ...observation, text, says }
    }
    case 'history': {
      // As nearly always; the same batches are then recognised when the entry is read again.
      if (observation.error === null && observation.batches.every(({ error }) => error === null)) return observation
      const batches = observation.batches.map(batch => ({ ...batch, error: maskedError(batch.error) }))
      return { ...observation, batches, error: maskedError(observation.error) }
    }
    case 'container': {
      const { container } = observation
      const error = maskedError(container.error)
      return error === container.error ? observation : { ...observation, container: { ...container, error } }
    }
    case 'noted':
      return { ...observation, text: masked(observation.text) }
    default:
      return observation
  }
}

function maskedClaim(says: MessageClaim): MessageClaim {
  switch (says.kind) {
    case 'run-status':
    case 'batch-status':
      return says.error === null ? says : { ...says, error: masked(says.error) }
    case 'batch-error':
    case 'missing':
    case 'execution-failed':
      return { ...says, error: masked(says.error) }
    default:
      return says
  }
}

const maskedError = (error: string | null) => (error ? masked(error) : error)
