export { DockerEvidence } from './docker-evidence'
