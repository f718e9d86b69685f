// One thread of the demo survey: takes a task, writes its files, says how many bytes.

import { parentPort, workerData } from 'node:worker_threads'
import { openSurvey, run, type Task } from './tasks.ts'

const { folder, seed, size } = workerData
const survey = openSurvey(folder, seed, size)

parentPort?.on('message', (task: Task) => {
  run(survey, task).then(
    (bytes) => parentPort?.postMessage({ bytes }),
    (error: Error) => parentPort?.postMessage({ error: error.stack ?? String(error) }),
  )
})
